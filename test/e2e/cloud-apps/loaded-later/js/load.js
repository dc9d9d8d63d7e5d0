// As many apps made with a framework do.
const script = document.createElement('script')
script.src = 'https://cdn.jsdelivr.net/npm/@multisynq/client@latest/bundled/multisynq-client.min.js'
script.onload = () => startCount(Multisynq)
document.head.append(script)
