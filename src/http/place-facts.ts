import type { AppList } from '../apps/app-list.ts'
import { factsOfPlace, type PlaceFacts } from '../trust/place.ts'
import type { TrustRoutesOptions } from '../trust/routes.ts'
import type { OwnAppOf } from './own-origins.ts'

/** A list waits for a while for what is in apps; so many lists are waited for. */
const MOST_LISTS = 3

/** Tells what the box knows of the place to which somebody goes who came by http. */
export function placeFactsBy(
  list: Promise<Pick<AppList, 'get'>>,
  ownAppOf: OwnAppOf,
): TrustRoutesOptions['factsOf'] {
  return async (request, place) => {
    const own = ownAppOf(request)
    const ownUrl = own && `apps/${encodeURIComponent(own)}/`
    const apps = await list
    let facts: PlaceFacts = { title: null, secure: null }
    for (let lists = 0; lists < MOST_LISTS && facts.secure === null; lists += 1) {
      facts = factsOfPlace(place, await apps.get(), ownUrl)
      if (facts.title === null) break
    }
    return facts
  }
}
