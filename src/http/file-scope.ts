import type { Pass } from '../access/pass.ts'
import type { Refusal } from '../access/refusal.ts'
import { type FilePath, parseRequestTarget } from '../files/file-path.ts'

/** What is known of a session that runs. */
export interface SessionAbout {
  readonly appId: string | undefined
  readonly persistentId: string | undefined
}

/** undefined: it does not run */
export type AboutSession = (sessionId: string) => SessionAbout | undefined

/** Whether somebody who may store this file is in its session, or runs its app, and is connected from this address. */
export type VouchesFor = (file: FilePath, address: string) => boolean

const ONLY_WATCHES: Refusal = {
  statusCode: 403,
  message: 'your link or token is only to watch: nothing can be stored with it',
  page: 'refused',
}
const OTHER_FILES: Refusal = {
  statusCode: 403,
  message: 'your link or token is for one app or session, and this file is not of it',
  page: 'refused',
}

/**
 * Why a pass is not good for a request below `/files` (ACCESS8); undefined: it is.
 * @param target as it is routed
 */
export function refusalOfFile(
  pass: Pass,
  { method, target }: { readonly method: string; readonly target: string },
  about: AboutSession,
): Refusal | undefined {
  const isRead = method === 'GET' || method === 'HEAD'
  if (pass.role === 'viewer' && !isRead) return ONLY_WATCHES
  if (pass.appId === undefined && pass.sessionId === undefined) return undefined
  const file = parseRequestTarget(target)
  const isOurs =
    file && isOfSession(file, pass.sessionId, about) && isOfApp(file, pass.appId, about)
  return isOurs ? undefined : OTHER_FILES
}

/** A snapshot is one session's; what an app saved or shared, that of all who run the same app in the same way. */
function isOfSession(file: FilePath, sessionId: string | undefined, about: AboutSession): boolean {
  if (sessionId === undefined) return true
  if (file.kind === 'snapshot') return file.sessionId === sessionId
  const session = about(sessionId)
  return session?.appId === file.appId && session.persistentId === file.persistentId
}

function isOfApp(file: FilePath, appId: string | undefined, about: AboutSession): boolean {
  if (appId === undefined) return true
  const owner = file.kind === 'snapshot' ? (file.app ?? about(file.sessionId)) : file
  return owner?.appId === appId
}
