import { defineConfig } from 'vitest/config'

// biome-ignore lint/style/noDefaultExport: vitest reads the default export
export default defineConfig({
  test: {
    // Threads and boxes that tests start need not compile the same again and again.
    env: { NODE_COMPILE_CACHE: 'node_modules/.cache/compile' },
    projects: [
      {
        test: { name: 'unit', include: ['src/**/*.test.ts', 'test/*.test.ts', 'bench/*.test.ts'] },
      },
      {
        test: {
          name: 'real',
          include: ['test/{conformance,e2e,box,crash,bench,abuse,fuzz}/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Browsers and whole boxes: one file at a time, so that two cores are enough.
          fileParallelism: false,
        },
      },
    ],
  },
})
