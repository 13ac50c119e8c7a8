import type { Lifecycle } from '../../accounts/lifecycle.ts'
import { isoTime } from '../../core/iso-time.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { provenFor } from './options.ts'
import { findPhone, removePhone, setPhoneFactor } from './store.ts'

export const createSmsCodeLifecycle = ({
  ports,
  signsIn,
}: {
  ports: Ports
  signsIn: boolean
}): Lifecycle => ({
  holds: {
    async credentials(tx, effect, { account, since }) {
      const isNewer = async () => ((await findPhone(tx, account.id))?.verifiedAt ?? 0) >= since
      if (effect === 'factors go') await setPhoneFactor(tx, account.id, false)
      else if (effect === 'go' || (await isNewer())) await removePhone(tx, account.id)
    },
  },
  async countUsable(db, userId) {
    const phone = signsIn ? await findPhone(db, userId) : null
    return phone && phone.provenAt + provenFor > ports.now() ? 1 : 0
  },
  async exportUserData(db, userId) {
    const phone = await findPhone(db, userId)
    if (!phone) return { phone: null }
    const { number, verifiedAt, provenAt, secondFactor } = phone
    return { phone: { number, verifiedAt: isoTime(verifiedAt), provenAt: isoTime(provenAt), secondFactor } }
  },
})
