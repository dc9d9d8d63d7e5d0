// Registered and removed again, to see whether the browser takes it: it does nothing.
