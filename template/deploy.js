import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { appName, boxUrl } from './box-url.js'

// Deploys dist/ to the box at BOX_URL or `config.box` of package.json. It asks for the admin password, or takes it from
// BOX_ADMIN_PASSWORD; or takes an API token of the dashboard from BOX_ADMIN_TOKEN.

const DIST = join(import.meta.dirname, 'dist')

async function main() {
  const api = new URL('api/v1/', await dashboardOf(boxUrl))
  const headers = { authorization: `Bearer ${await tokenOf(api)}` }
  const body = await formOf(DIST)
  const answer = await ask(new URL(`apps/${appName}`, api), { method: 'POST', headers, body })
  console.log(`${appName} is on the box: ${String(answer.url)}`)
}

/** The box says where its dashboard is. The password goes to no other host, and not by http in place of https. @param {URL} box */
async function dashboardOf(box) {
  const { headers } = await fetch(new URL('admin/', box), { redirect: 'manual' })
  const admin = new URL(headers.get('location') ?? 'admin/', new URL('admin/', box))
  const isDowngrade = box.protocol === 'https:' && admin.protocol !== 'https:'
  if (admin.hostname === box.hostname && !isDowngrade) return new URL('../', admin)
  throw new Error(`${box.href} says that its dashboard is at ${admin.href}: set BOX_URL to that`)
}

/** @param {URL} api */
async function tokenOf(api) {
  const { BOX_ADMIN_TOKEN, BOX_ADMIN_PASSWORD } = process.env
  if (BOX_ADMIN_TOKEN) return BOX_ADMIN_TOKEN
  const password = BOX_ADMIN_PASSWORD || (await typedPassword())
  const headers = { 'content-type': 'application/json' }
  const { token } = await ask(new URL('login', api), {
    ...{ method: 'POST', headers, body: JSON.stringify({ password }) },
  })
  return String(token)
}

async function typedPassword() {
  if (!process.stdin.isTTY) throw new Error('set BOX_ADMIN_TOKEN or BOX_ADMIN_PASSWORD')
  const terminal = createInterface({ input: process.stdin })
  process.stderr.write(`admin password of ${boxUrl.host} (it is shown while you type): `)
  try {
    return await terminal.question('')
  } finally {
    terminal.close()
  }
}

/** @param {string} dir */
async function formOf(dir) {
  const form = new FormData()
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    form.append(
      relative(dir, file).split(sep).join('/'),
      new File([await readFile(file)], entry.name),
    )
  }
  return form
}

/**
 * @param {URL} url
 * @param {RequestInit} init
 * @returns {Promise<Record<string, unknown>>} what the box answers; rejects with its sentence if it refuses
 */
async function ask(url, init) {
  const response = await fetch(url, init)
  const answer = await response.json()
  if (!response.ok) throw new Error(String(answer.detail ?? answer.message))
  return answer
}

try {
  await main()
} catch (error) {
  const { message, cause } = /** @type {Error} */ (error)
  console.error(`That did not work: ${message}`, cause instanceof Error ? cause.message : '')
  process.exitCode = 1
}
