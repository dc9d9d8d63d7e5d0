/** How commands are typed where the box runs: by npm, or in its container (`BOX_COMMANDS`). */
export const COMMAND_WAYS = ['npm', 'compose'] as const
export type CommandWay = (typeof COMMAND_WAYS)[number]

/** The doctor is also sent to another machine, which may have no container. */
const NPM_COMMAND =
  /npm run (admin|backup|deploy|doctor(?! -- https)|garbage|invite|restore)\b(?: --(?= |$))?/gm
/** A restore needs a box that does not run, and these move archives by their standard streams. */
const BY_STREAMS: Readonly<Record<string, string>> = {
  deploy: 'docker compose exec -T box',
  backup: 'docker compose exec -T box',
  restore: 'docker compose run --rm --no-deps -T box',
}

/** A text that names commands as npm has them, with those that are right where the box runs. */
export function inCommandWords(text: string, way: string | undefined): string {
  if (way !== 'compose') return text
  return text
    .replace(/\bnpm start\b/g, 'docker compose up -d')
    .replace(NPM_COMMAND, (_, name: string) => {
      return `${BY_STREAMS[name] ?? 'docker compose exec box'} node scripts/${name}.ts`
    })
}
