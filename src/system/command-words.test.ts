import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inCommandWords } from './command-words.ts'

test.each([
  ['npm run invite', 'docker compose exec box node scripts/invite.ts'],
  ['npm run invite -- --list', 'docker compose exec box node scripts/invite.ts --list'],
  ['by npm run admin -- reset here', 'by docker compose exec box node scripts/admin.ts reset here'],
  ['npm run backup -- -', 'docker compose exec -T box node scripts/backup.ts -'],
  ['npm run restore -- -', 'docker compose run --rm --no-deps -T box node scripts/restore.ts -'],
  ['npm run doctor -- https://box/', 'npm run doctor -- https://box/'],
  [
    'npm run deploy -- --rollback garden',
    'docker compose exec -T box node scripts/deploy.ts --rollback garden',
  ],
  ['start it by npm start.', 'start it by docker compose up -d.'],
  ['npm run check', 'npm run check'],
])('in a container %s is typed as %s', (npm, compose) => {
  expect(inCommandWords(npm, 'compose')).toBe(compose)
  expect(inCommandWords(npm, 'npm')).toBe(npm)
  expect(inCommandWords(npm, undefined)).toBe(npm)
})

test('each program that a text can name in a container is in the image', () => {
  const dockerfile = readFileSync(join(import.meta.dirname, '../../Dockerfile'), 'utf8')
  for (const name of ['admin', 'backup', 'deploy', 'doctor', 'garbage', 'invite', 'restore']) {
    expect(inCommandWords(`npm run ${name}`, 'compose')).toContain(`scripts/${name}.ts`)
    expect(dockerfile).toContain(`scripts/${name}.ts`)
  }
})
