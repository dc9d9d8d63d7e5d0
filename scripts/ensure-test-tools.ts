import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { platform } from 'node:os'
import { findChromium, findHeadlessShell, findProgram } from '../test/support/programs.ts'

/** Debian asks this program whether a service that was just installed may start; 101 says no. */
const POLICY_PATH = '/usr/sbin/policy-rc.d'
/** Takes a third of the processor time from the tests; without it they use Chromium for all. */
const QUICK_BROWSER = 'chromium-headless-shell'
const C_HEADER = '/usr/include/stdio.h'

/** Package managers and how each installs the tools. */
const INSTALL_COMMANDS = {
  'apt-get': 'sudo apt-get install chromium gcc libc6-dev libnss3-tools nginx openssl strace',
  dnf: 'sudo dnf install chromium gcc nginx nss-tools openssl strace',
  pacman: 'sudo pacman -S chromium gcc nginx nss openssl strace',
  zypper: 'sudo zypper install chromium gcc mozilla-nss-tools nginx openssl strace',
  apk: 'sudo apk add chromium gcc musl-dev nginx nss-tools openssl strace',
  brew: 'brew install nginx openssl && brew install --cask google-chrome',
} as const

ensureTestTools()

/** Leaves the process with 1, and one sentence on what to do, where a tool is missing and stays so. */
function ensureTestTools(): void {
  if (process.getuid?.() === 0 && findProgram('apt-get')) {
    if (missingTools().length > 0) installWithApt(missingTools())
    if (!findHeadlessShell() && isOnOffer(QUICK_BROWSER)) installWithApt([QUICK_BROWSER])
  }
  const missing = missingTools()
  if (missing.length === 0) return
  console.error(`The tests need ${missing.join(' and ')}: ${advice()}.`)
  process.exit(1)
}

/** The missing ones, by the names of their Debian packages. */
function missingTools(): readonly string[] {
  const tools = {
    chromium: findChromium(),
    nginx: findProgram('nginx'),
    openssl: findProgram('openssl'),
    // What a browser trusts, writes that fail, the load of the bench; what needs them is left out elsewhere, and says so.
    ...(platform() === 'linux' && {
      'libnss3-tools': findProgram('certutil'),
      strace: findProgram('strace'),
      gcc: findProgram('gcc'),
      'libc6-dev': findHeaders(),
    }),
  }
  return Object.entries(tools).flatMap(([name, path]) => (path === undefined ? [name] : []))
}

/** Of the C library; packages for gcc do not always bring them. */
function findHeaders(): string | undefined {
  return existsSync(C_HEADER) ? C_HEADER : undefined
}

/** Whether the lists of this machine have that package. */
function isOnOffer(debianPackage: string): boolean {
  const { status } = spawnSync('apt-cache', ['show', debianPackage], { stdio: 'ignore' })
  return status === 0
}

function installWithApt(packages: readonly string[]): void {
  console.log(`Installing ${packages.join(' and ')} for the tests with apt-get:`)
  withoutStartingServices(() => {
    const isInstalled =
      apt('reading the package lists', ['update']) &&
      apt('downloading and installing, which takes a minute', [
        'install',
        '-y',
        '--no-install-recommends',
        ...packages,
      ])
    // Nor at the next start of the machine: the tests start an nginx of their own.
    if (isInstalled && packages.includes('nginx') && findProgram('systemctl')) {
      spawnSync('systemctl', ['disable', 'nginx'])
    }
  })
}

function withoutStartingServices(install: () => void): void {
  const isPolicySet = existsSync(POLICY_PATH)
  if (!isPolicySet) writeFileSync(POLICY_PATH, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    install()
  } finally {
    if (!isPolicySet) rmSync(POLICY_PATH)
  }
}

/** Whether it went well; what apt-get had to say is shown only if not. */
function apt(what: string, args: readonly string[]): boolean {
  console.log(`  ${what} …`)
  const { status, stdout, stderr } = spawnSync('apt-get', args, {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: Number.POSITIVE_INFINITY,
  })
  if (status !== 0) console.error(`${stdout}${stderr}`)
  return status === 0
}

function advice(): string {
  const command = Object.entries(INSTALL_COMMANDS).find(([manager]) => findProgram(manager))?.[1]
  if (command === undefined) return 'install them so that they are on the PATH'
  return `install them with "${command}"`
}
