import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from '../test/support/programs.ts'
import { ServerProcess } from './server-process.ts'

/** nginx as a file server that takes uploads. */
export interface NginxFiles {
  /** where its files are */
  readonly path: string
  /** @param folder empty, for its configuration and its files */
  start(port: number, folder: string): ServerProcess
}

/** Undefined if nginx is not installed. */
export function nginxFiles(): NginxFiles | undefined {
  const program = findProgram('nginx')
  if (program === undefined) return undefined
  return {
    path: '/files',
    start: (port, folder) => {
      for (const name of ['data/files', 'tmp']) {
        mkdirSync(join(folder, name), { recursive: true })
      }
      writeFileSync(join(folder, 'nginx.conf'), configuration(port, folder))
      return new ServerProcess(port, {
        program,
        args: ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'],
        env: { PATH: process.env.PATH },
      })
    },
  }
}

function configuration(port: number, folder: string): string {
  // Its workers would not be allowed to write into a folder of root's.
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  return `${user}
worker_processes auto;
daemon off;
pid ${folder}/pid;
events { worker_connections 1024; }
http {
  default_type application/octet-stream;
  access_log ${folder}/access.log;
  sendfile on;
  client_body_temp_path ${folder}/tmp/body;
  proxy_temp_path ${folder}/tmp/proxy;
  fastcgi_temp_path ${folder}/tmp/fastcgi;
  uwsgi_temp_path ${folder}/tmp/uwsgi;
  scgi_temp_path ${folder}/tmp/scgi;
  server {
    listen 127.0.0.1:${port};
    location /files {
      root ${folder}/data;
      dav_methods PUT;
      create_full_put_path on;
      client_max_body_size 100M;
    }
  }
}
`
}
