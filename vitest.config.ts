import { defineConfig } from 'vitest/config'

// What is waited for comes at once, but not on a machine with too much to do.
const patient = { expect: { poll: { timeout: 15_000 } } }
// What a file loads is there for the next one, too: loading it again takes as long as the tests.
const shared = { isolate: false }
// Where others use the processors as well, a browser may get none for seconds: such a test has a second try.
const real = { ...patient, testTimeout: 60_000, hookTimeout: 60_000, retry: 1 }

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    // Threads and boxes that tests start need not compile the same again and again.
    env: { NODE_COMPILE_CACHE: 'node_modules/.cache/compile' },
    projects: [
      {
        test: {
          ...shared,
          ...{ name: 'unit', include: ['src/**/*.test.ts', 'test/*.test.ts', 'bench/*.test.ts'] },
          ...{ ...patient, testTimeout: 20_000 },
          // On two processors it would be one.
          maxWorkers: '100%',
        },
      },
      {
        // Browsers and whole boxes, which wait for each other most of the time.
        test: {
          ...shared,
          ...{ ...real, name: 'real', include: ['test/{e2e,box,crash,acceptance}/**/*.test.ts'] },
          ...{ maxWorkers: 3, sequence: { groupOrder: 1 } },
        },
      },
      {
        // Load, and what is to come at its time: the machine is theirs alone.
        test: {
          ...{
            ...real,
            name: 'load',
            include: ['test/{conformance,bench,abuse,fuzz}/**/*.test.ts'],
          },
          ...{ fileParallelism: false, sequence: { groupOrder: 2 } },
        },
      },
    ],
  },
})
