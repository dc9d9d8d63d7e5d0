import { ask } from './api.js'

/**
 * An app of the box, demos aside. Addresses are relative to where apps are.
 * @typedef {{
 *   name: string, title: string, url: string, address: string, icon: string | null,
 *   people: number, needs: string[], packages: object[], notes: string[], asked: object[],
 *   active: string, releases: object[],
 *   origin: 'own' | 'shared' | null, sharesBecause: string,
 * }} App `releases`: none if it is a folder in `web/apps`; `address`: where people open it, which may be at an origin of its own
 */

/** @returns {Promise<App[]>} by name; rejects with a `Refusal` */
export async function loadApps() {
  const [deployed, { apps: listed }] = await Promise.all([ask('apps'), ask('shown-apps')])
  const shown = new Map(listed.filter(({ kind }) => kind === 'app').map((app) => [app.name, app]))
  const apps = deployed.map((app) => withReleases(app, shown.get(app.name)))
  const names = new Set(apps.map(({ name }) => name))
  const byHand = [...shown.values()].filter(({ name }) => !names.has(name)).map(withoutReleases)
  return [...apps, ...byHand].toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

/** The list for visitors is a moment behind: of one just deployed, it may know nothing. */
function withReleases(deployed, listed) {
  const { name, url: address, title, icon, active, releases, origin, sharesBecause } = deployed
  const url = `apps/${name}/`
  const ownIcon = icon === '' ? null : url + icon.split('/').map(encodeURIComponent).join('/')
  const { people = 0, needs = [], packages = [], notes = [], asked = [] } = listed ?? {}
  const { icon: shownIcon = ownIcon } = listed ?? {}
  const looks = { name, title, url, address, icon: shownIcon, people }
  const app = { ...looks, needs, packages, notes, asked, active, releases }
  return { ...app, origin, sharesBecause }
}

function withoutReleases(app) {
  return { ...app, address: app.url, active: '', releases: [] }
}
