// A Bluesky network of its own: PDS, PLC and AppView, whose data stand where
// DB_POSTGRES_URL and REDIS_HOST say. It prints one line of JSON when it is ready.
import { TestNetwork } from '@atproto/dev-env'

const network = await TestNetwork.create({ dbPostgresSchema: 'vigie' })
console.log(JSON.stringify({ pds: network.pds.url, plc: network.plc.url, appview: network.bsky.url }))

const stop = async () => {
  await network.close().catch(() => {})
  process.exit(0)
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
