const veiled = () => '[hidden]'

/**
 * What holds secrets shows nothing to console.log, util.inspect and JSON. Its properties stay as they are, for pg and
 * clients of the user's own read, spread and copy them; the veil is no property that a copy would get.
 */
export function veil<Secret extends object>(secret: Secret): Secret {
  return Object.defineProperties(secret, {
    toJSON: { value: veiled },
    [Symbol.for('nodejs.util.inspect.custom')]: { value: veiled },
  })
}
