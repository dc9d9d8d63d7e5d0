import { describe, expect, it } from 'vitest'
import { ConfigError, loadConfig, readConfig } from './config.ts'
import { parseHistories } from './setting-parsers.ts'
import { SETTINGS } from './settings.ts'
import { parseEnvFile } from './system/env-file.ts'

function problems(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('loadConfig', () => {
  it('has a default for everything', () => {
    expect(loadConfig({})).toMatchObject({
      host: '::',
      port: 8888,
      webDir: 'web',
      filesDir: 'files',
      logLevel: 'auto',
      maxUploadBytes: 100_000_000,
      uploadsPerMinute: 600,
      uploadBytesPerMinute: 4_000_000_000,
      maxAddressUploads: 200,
      maxUploads: 500,
      minUploadRate: 1000,
      maxVolumePercent: 90,
      maxConnections: 20_000,
      maxHeaderBytes: 16_384,
      maxFrameBytes: 1024 * 1024,
      messagesPerSecond: 500,
      bytesPerSecond: 4 * 1024 * 1024,
      connectionsPerAddress: 500,
      unjoinedPerAddress: 250,
      unjoined: 2000,
      usersPerSession: 2000,
      sessionsPerAddress: 500,
      sessions: 10_000,
      historyBytes: 250_000_000,
      historiesBytes: 500_000_000,
      backlogBytes: 16_000_000,
      backlogMs: 30_000,
      trustedProxies: ['loopback'],
      heraldHosts: [],
      urls: [],
    })
  })

  it('takes an empty variable for one that is not set, and leaves others alone', () => {
    expect(loadConfig({ BOX_PORT: '', HOME: '/root', BOXER: '1' }).port).toBe(8888)
  })

  it('names everything that is wrong at once', () => {
    const found = problems({
      BOX_PORT: '80a',
      BOX_LOG_LEVEL: 'loud',
      BOX_PROT: '1',
      BOX_MAX_UPLOAD_MB: '0',
    })
    expect(found).toEqual([
      'BOX_PROT is no setting of the box',
      'BOX_PORT must be a whole number from 0 to 65535, not "80a"',
      expect.stringContaining('BOX_LOG_LEVEL must be one of trace, debug'),
      'BOX_MAX_UPLOAD_MB must be a whole number from 1 to 100000, not "0"',
    ])
  })

  it.each([
    ['BOX_HOST', ['http://x', 'a b', '']],
    ['BOX_PORT', ['-1', '65536', '1.5', '1e3', ' 1']],
    ['BOX_MAX_FRAME_KB', ['15', 'x']],
    ['BOX_MAX_VOLUME_PERCENT', ['0', '101', '90%']],
    ['BOX_MAX_UPLOADS', ['0', '-1']],
    ['BOX_MAX_HEADER_KB', ['7', '257']],
    ['BOX_MAX_MESSAGES_PER_SECOND', ['-1', '1.5', 'many', '1000000001']],
    ['BOX_ACCESS', ['everybody', 'LAN']],
    ['BOX_ALLOW', ['10.0.0.0/33', 'home']],
    ['BOX_ORIGINS', ['school.example', 'https://x/y']],
    ['BOX_JWKS_URL', ['keys', 'ftp://x/']],
    ['BOX_ADMIN_PORT', ['-1', '65536', 'x']],
    ['BOX_ADMIN_URL', ['localhost', 'ftp://x/', 'https://x/?q=1', 'https://u@x/']],
    ['BOX_APP_ORIGINS', ['9000', '9019-9000', '*', '*.local', 'apps.school.example']],
    ['BOX_URLS', ['localhost', 'ftp://x/', 'http://', 'http://a b/']],
    ['BOX_HERALD', ['http://x/', 'x:0', '*', 'a b']],
    ['BOX_TRUSTED_PROXIES', ['everyone', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.0/', 'loopback,']],
    ['BOX_TRUSTED_PROXIES', ['0.0.0.0/0', '::/0', '10.0.0.1,0.0.0.0/0']],
  ])('%s refuses what it cannot use', (name, values) => {
    for (const value of values) {
      if (value !== '') expect(problems({ [name]: value }), value).toHaveLength(1)
    }
  })

  it.each(['10.0.0.0/8', '::1', 'fc00::/7', 'loopback, uniquelocal,192.168.1.2'])(
    'trusts %s',
    (value) => {
      expect(problems({ BOX_TRUSTED_PROXIES: value })).toEqual([])
    },
  )

  it('takes a limit of 0 for none', () => {
    expect(loadConfig({ BOX_MAX_SESSIONS: '0', BOX_MAX_HISTORY_MB: '0' })).toMatchObject({
      sessions: Infinity,
      historyBytes: Infinity,
    })
  })

  it('takes a free port for both', () => {
    expect(problems({ BOX_PORT: '0', BOX_ADMIN_PORT: '0' })).toEqual([])
  })

  it('knows addresses without their usual ports', () => {
    const { urls } = loadConfig({ BOX_URLS: 'http://localhost:80, https://box:8443/' })
    expect(urls).toEqual(['http://localhost/', 'https://box:8443/'])
  })

  it.each([
    [{ BOX_PORT: '8889' }, 'BOX_ADMIN_PORT and BOX_PORT are both 8889'],
    [{ BOX_ADMIN_URL: 'https://admin.x/' }, 'BOX_ADMIN_URL needs BOX_URLS'],
    [
      { BOX_URLS: 'https://x/apps/', BOX_ADMIN_URL: 'https://x/admin/' },
      'BOX_ADMIN_URL is at https://x, as BOX_URLS is',
    ],
    [{ BOX_APP_ORIGINS: '8880-8888' }, 'BOX_APP_ORIGINS has port 8888, which is that of BOX_PORT'],
    [
      { BOX_APP_ORIGINS: '9000-9019', BOX_ADMIN_PORT: '9019' },
      'BOX_APP_ORIGINS has port 9019, which is that of BOX_ADMIN_PORT',
    ],
    [
      { BOX_APP_ORIGINS: '*.school.example', BOX_URLS: 'https://box.school.example/' },
      'BOX_APP_ORIGINS=*.school.example gives box.school.example to an app',
    ],
    [
      { BOX_APP_ORIGINS: '*.school.example', BOX_HOSTNAMES: 'box.school.example' },
      "it is the box's own name",
    ],
    [{ BOX_ACCESS: 'passphrase' }, 'BOX_ACCESS=passphrase needs BOX_PASSPHRASE'],
    [{ BOX_ACCESS: 'jwt' }, 'BOX_ACCESS=jwt needs BOX_JWT_SECRET'],
    [{ BOX_JWT_SECRET: 's'.repeat(32), BOX_JWKS_URL: 'https://x/' }, 'set one only'],
    [
      { BOX_PASSPHRASE: 'too short', BOX_PASSPHRASE_FILE: '/nowhere' },
      'a file that the box can read',
    ],
  ])('%j is refused', (env, message) => {
    expect(problems(env as Record<string, string>)).toEqual([expect.stringContaining(message)])
  })

  it('never repeats a secret', () => {
    const found = problems({ BOX_PASSPHRASE: 'hush', BOX_JWT_SECRET: 'psst' })
    expect(found).toEqual([
      'BOX_PASSPHRASE must be at least 8 characters long',
      'BOX_JWT_SECRET must be at least 32 bytes long',
    ])
  })

  it('cannot be changed afterwards', () => {
    expect(Object.isFrozen(loadConfig({}))).toBe(true)
  })
})

it('every setting starts with BOX_ and says what it is for', () => {
  for (const { env, help } of Object.values(SETTINGS)) {
    expect(env).toMatch(/^BOX_[A-Z_]+$/)
    expect(help.length).toBeGreaterThan(10)
  }
})

describe('what all sessions may keep', () => {
  const GB = 1_000_000_000

  it('is 500 MB by itself, or a quarter of what Node may take of the memory', () => {
    expect(parseHistories('auto', 4 * GB)).toBe(500_000_000)
    expect(parseHistories('auto', 0.5 * GB)).toBe(125_000_000)
  })

  it('is what the owner says, 0 for no limit', () => {
    expect(parseHistories('900', GB)).toBe(900_000_000)
    expect(parseHistories('0', GB)).toBe(Infinity)
    expect(() => parseHistories('half', GB)).toThrow('a whole number from 0 to 1000000000, or auto')
  })
})

describe('settings in a file', () => {
  const problemsWith = (text: string, env: Record<string, string> = {}) => {
    try {
      loadConfig(env, parseEnvFile(text, '.env'))
    } catch (error) {
      if (error instanceof ConfigError) return error.problems
      throw error
    }
    return []
  }

  it('count where the environment has none', () => {
    const file = parseEnvFile('BOX_PORT=9000\nBOX_HOST=0.0.0.0\nCOMPOSE_FILE=x', '.env')
    const config = loadConfig({ BOX_HOST: '127.0.0.1' }, file)
    expect(config).toMatchObject({ port: 9000, host: '127.0.0.1' })
  })

  it.each([
    ['BOX_PORT=many', 'BOX_PORT must be a whole number from 0 to 65535, not "many" (.env, line 1)'],
    ['# mine\nBOX_PROT=1', 'BOX_PROT is no setting of the box (.env, line 2)'],
    [
      'BOX_PORT',
      '.env, line 1: this is no setting, which is like BOX_HOSTNAMES=192.168.1.20, and no # comment',
    ],
    ['BOX_ENV_FILE=x', 'BOX_ENV_FILE cannot be set in the file that it names (.env, line 1)'],
  ])('%j is refused with the line where it is', (text, problem) => {
    expect(problemsWith(text)).toEqual([problem])
  })

  it('names no line of the file for what the environment has', () => {
    expect(problemsWith('BOX_PORT=1', { BOX_PORT: 'many' })).toEqual([
      'BOX_PORT must be a whole number from 0 to 65535, not "many"',
    ])
  })

  it('may have those that Docker Compose takes for itself', () => {
    expect(problemsWith('BOX_HTTP_PORT=8080\nBOX_HTTPS_PORT=8443')).toEqual([])
    expect(problems({ BOX_HTTP_PORT: '8080', BOX_COMMANDS: 'compose' })).toEqual([])
    expect(problems({ BOX_HTTP_PORT: '8080' })).toEqual([
      'BOX_HTTP_PORT is for Docker only: without it the port is that of BOX_PORT',
    ])
  })

  it('are read from the file that BOX_ENV_FILE names, which has to be there', () => {
    expect(() => readConfig({ BOX_ENV_FILE: '/nowhere/settings' })).toThrow(
      /\/nowhere\/settings, the file of settings, cannot be read/,
    )
  })
})
