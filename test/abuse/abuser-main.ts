// Started by `Abuser`: name of the abuse, port and amount. Says `'ready'`, then answers each message with a report.
import { ABUSERS, type AbuserName } from './abusers.ts'

const [name = '', port, amount] = process.argv.slice(2)
process.on('disconnect', () => process.exit())
const report = await ABUSERS[name as AbuserName]({ port: Number(port), amount: Number(amount) })
process.on('message', () => process.send?.(report()))
process.send?.('ready')
