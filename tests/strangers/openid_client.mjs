// Drives openid-client, unmodified, against a vault: what a company with a Node program would do.
// Reads one JSON object on standard input, writes one on standard output.
//
//   in:  { issuer, client_id, jwk, details, body }
//   out: { granted, read, replayed, as_bearer, other_key }    a status and a body each

import * as client from 'openid-client'

const { issuer, client_id, jwk, details, body } = JSON.parse(await text(process.stdin))
const ES256 = { name: 'ECDSA', namedCurve: 'P-256' }
const signing = await crypto.subtle.importKey('jwk', jwk, ES256, false, ['sign'])

const config = await client.discovery(
  new URL(issuer),
  client_id,
  undefined,
  client.PrivateKeyJwt({ key: signing, kid: jwk.kid }),
  { algorithm: 'oauth2', execute: [client.allowInsecureRequests] }, // a loopback address, in a test
)

const sent = []
config[client.customFetch] = (url, options) => {
  sent.push({ url, options })
  return fetch(url, options)
}

const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
const granted = await client.clientCredentialsGrant(
  config,
  { authorization_details: JSON.stringify([details]) },
  { DPoP },
)
const read = await ask(granted.access_token, { DPoP })
const proved = sent.at(-1)
const replayed = await fetch(proved.url, proved.options)

const asBearer = await fetch(reads(), {
  method: 'POST',
  body,
  headers: { authorization: `Bearer ${granted.access_token}`, 'content-type': 'application/json' },
})
const thief = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
const otherKey = await ask(granted.access_token, { DPoP: thief }).catch((error) => error.response)

process.stdout.write(
  JSON.stringify({
    granted: granted.authorization_details,
    read: await told(read),
    replayed: await told(replayed),
    as_bearer: await told(asBearer),
    other_key: await told(otherKey),
  }),
)

function reads() {
  return new URL('/v1/field-reads', issuer)
}

function ask(token, options) {
  const headers = new Headers({ 'content-type': 'application/json' })
  return client.fetchProtectedResource(config, token, reads(), 'POST', body, headers, options)
}

async function told(response) {
  return { status: response.status, body: response.bodyUsed ? null : await response.json() }
}

async function text(stream) {
  const chunks = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
