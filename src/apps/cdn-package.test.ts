import { expect, test } from 'vitest'
import { packageAt } from './cdn-package.ts'

test.each([
  ['https://esm.run/@croquet/worldcore', '@croquet/worldcore'],
  ['https://esm.sh/react-together@0.4.3?deps=react@18', 'react-together'],
  ['https://esm.sh/v135/@multisynq/react@1.1.0/es2022/react.mjs', '@multisynq/react'],
  ['https://esm.sh/%40multisynq/react', '@multisynq/react'],
  ['https://cdn.jsdelivr.net/npm/@multisynq/react/+esm', '@multisynq/react'],
  ['https://unpkg.com/three@0.150.0/build/three.module.js', 'three'],
  ['https://cdn.skypack.dev/lodash.debounce', 'lodash.debounce'],
  ['https://ga.jspm.io/npm:react@18.2.0/index.js', 'react'],
  ['https://cdnjs.cloudflare.com/ajax/libs/d3/7.8.5/d3.min.js', 'd3'],
  ['https://fonts.googleapis.com/css2', undefined],
  ['https://esm.sh/', undefined],
])('%s is of the package %s', (address, name) => {
  expect(packageAt(new URL(address))).toBe(name)
})
