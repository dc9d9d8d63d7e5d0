import { hostname } from 'node:os'
import { defineConfig } from 'vite'
import { boxUrl } from './box-url.js'
import { croquetBox } from './vite-box.ts'

export default defineConfig({
  // The app is in a folder of the box.
  base: './',
  // Browsers that have `await` at the top of a module.
  build: { target: 'es2022' },
  plugins: [croquetBox(boxUrl, hostname())],
})
