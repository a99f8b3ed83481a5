import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A key and a certificate for `name` that nobody vouches for, and that has expired where `days` is negative; undefined where
 * there is no openssl to make them.
 */
export function selfSigned(name: string, days = 1): { key: string; cert: string } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'pg-supervisor-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  try {
    const made = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
    ]
    const of = ['-days', '1', '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`]
    execFileSync('openssl', ['req', '-x509', ...made, ...of], { stdio: 'ignore' })
    // `req` makes none that has expired, and `x509` renews one until any day.
    const renewed = ['-in', cert, '-signkey', key, '-days', String(days), '-out', cert]
    if (days < 0) execFileSync('openssl', ['x509', ...renewed], { stdio: 'ignore' })
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  } catch {
    return undefined
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
