import { type Pass, WATCHING_ROLES } from '../access/pass.ts'
import type { Refusal } from '../access/refusal.ts'
import { type FilePath, parseRequestTarget } from '../files/file-path.ts'

/** What is known of a session that runs. */
export interface SessionAbout {
  readonly appId: string | undefined
  readonly persistentId: string | undefined
}

/** The sessions that run, as far as it matters whose files are theirs. */
export interface RunningSessions {
  /** undefined: it does not run */
  about(sessionId: string): SessionAbout | undefined
  /** Whether somebody who may send is in such a session, and came from that address. */
  hasMember(address: string, isMeant: (sessionId: string, about: SessionAbout) => boolean): boolean
}

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
  sessions: RunningSessions,
): Refusal | undefined {
  const isRead = method === 'GET' || method === 'HEAD'
  if (WATCHING_ROLES.includes(pass.role) && !isRead) return ONLY_WATCHES
  if (pass.appId === undefined && pass.sessionId === undefined) return undefined
  const file = parseRequestTarget(target)
  const isOurs =
    file && isOfSession(file, pass.sessionId, sessions) && isOfApp(file, pass.appId, sessions)
  return isOurs ? undefined : OTHER_FILES
}

/**
 * Whether an upload that brings nothing, not even an origin, is of a session in which somebody is who came from
 * the same address (ACCESS11): clients whose worker has no origin upload like that.
 * @param target as it is routed
 */
export function isUploadOfMember(
  address: string,
  target: string,
  sessions: RunningSessions,
): boolean {
  const file = parseRequestTarget(target)
  if (!file) return false
  return sessions.hasMember(address, (sessionId, { appId, persistentId }) =>
    file.kind === 'snapshot'
      ? file.sessionId === sessionId && (file.app === undefined || file.app.appId === appId)
      : file.appId === appId && file.persistentId === persistentId,
  )
}

/** A snapshot is one session's; what an app saved or shared, that of all who run the same app in the same way. */
function isOfSession(
  file: FilePath,
  sessionId: string | undefined,
  sessions: RunningSessions,
): boolean {
  if (sessionId === undefined) return true
  if (file.kind === 'snapshot') return file.sessionId === sessionId
  const session = sessions.about(sessionId)
  return session?.appId === file.appId && session.persistentId === file.persistentId
}

function isOfApp(file: FilePath, appId: string | undefined, sessions: RunningSessions): boolean {
  if (appId === undefined) return true
  const owner = file.kind === 'snapshot' ? (file.app ?? sessions.about(file.sessionId)) : file
  return owner?.appId === appId
}
