import { type Pass, WATCHING_ROLES } from '../access/pass.ts'
import type { Refusal } from '../access/refusal.ts'
import { type AppFilePath, type FilePath, parseRequestTarget } from '../files/file-path.ts'

/** What is known of a session that runs. */
export interface SessionAbout {
  readonly appId: string | undefined
  readonly persistentId: string | undefined
  /** nobody joined yet whose word it is to say which app it runs (ROLE8) */
  readonly isAppUnknown: boolean
  /** persistent data it started from */
  readonly persistedPath: string | undefined
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
  cause: {
    why: 'Their link or token is only to watch, and they store something.',
    remedy: 'If they are to take part, send them a link with the role participant.',
  },
}
const OTHER_FILES: Refusal = {
  statusCode: 403,
  message: 'your link or token is for one app or session, and this file is not of it',
  page: 'refused',
  cause: {
    why: 'Their link or token is for one app or session, and they asked for a file of another.',
    remedy: 'Send them a link for that app or session, or one that is not limited.',
  },
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
  const { appId, persistentId, sessionId } = pass
  if (appId === undefined && persistentId === undefined && sessionId === undefined) return undefined
  const file = parseRequestTarget(target)
  const isOurs =
    file &&
    (sessionId === undefined || isOfSession(file, sessionId, isRead, sessions)) &&
    isOfApp(file, pass, sessions)
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
  return sessions.hasMember(address, (sessionId, about) => {
    if (file.kind !== 'snapshot') return isSameApp(file, about)
    const isOfItsApp = about.isAppUnknown || (file.app ?? about).appId === about.appId
    return file.sessionId === sessionId && isOfItsApp
  })
}

/**
 * A snapshot is one session's; what an app saved or shared, that of all who run the same app in the same way. Which app
 * that is was said by somebody whose word it is (ROLE8); what the session started from, its members may read in any case.
 */
function isOfSession(
  file: FilePath,
  sessionId: string,
  isRead: boolean,
  sessions: RunningSessions,
): boolean {
  if (file.kind === 'snapshot') return file.sessionId === sessionId
  const session = sessions.about(sessionId)
  if (!session) return false
  return isSameApp(file, session) || (isRead && file.path === session.persistedPath)
}

function isOfApp(
  file: FilePath,
  { appId, persistentId }: Pick<Pass, 'appId' | 'persistentId'>,
  sessions: RunningSessions,
): boolean {
  const session = file.kind === 'snapshot' ? sessions.about(file.sessionId) : undefined
  const owner = file.kind === 'snapshot' ? (file.app ?? session) : file
  // Whoever may use one app only is let into such a session as well (ROLE7).
  if (owner === session && session?.isAppUnknown) return true
  return (
    (appId === undefined || owner?.appId === appId) &&
    (persistentId === undefined || owner?.persistentId === persistentId)
  )
}

function isSameApp(
  file: AppFilePath,
  { appId, persistentId }: Pick<SessionAbout, 'appId' | 'persistentId'>,
): boolean {
  return file.appId === appId && file.persistentId === persistentId
}
