import { type CodeRequested, hours } from '@latchkey/contract'
import { firstOf, must } from '#test/support/must.ts'
import type { Browser } from '#test/support/test-latchkey.ts'
import { operation, type Operations } from './operation.ts'
import { password, type Scene, tokenOf } from './stage.ts'

export const mailsAndMessages: Operations = {
  'verify e-mail': operation({
    prepare: ({ link }) => link('/verify-email'),
    run: ({ ada }, token) => ada.post('/verify-email', { token }),
    done: 204,
    repeated: ['challenge_invalid'],
  }),
  // The account may be a stranger's, whose sessions then end.
  'arrive by the link at an account that somebody else prepared': operation({
    prepare: ({ link }) => link('/verify-email'),
    run: ({ instance }, token) => instance.browser().post('/verify-email', { token }),
    done: 200,
    repeated: ['challenge_invalid'],
    ends: true,
  }),
  'finish a registration that somebody else began': operation({
    prepare: async ({ instance }) => {
      const { db, challenges } = instance.latchkey.services
      const email = 'new@example.com'
      const payload = { email, name: null, hash: 'of a password that never counts', isFree: true }
      const about = { purpose: 'registration', subject: email, userId: null, payload, ttl: hours(1) } as const
      return (await db.transaction((tx) => challenges.issue(tx, about))).token
    },
    run: ({ instance }, token) => instance.browser().post('/verify-email', { token }),
    done: 200,
    repeated: ['challenge_invalid'],
  }),
  'change e-mail': operation({
    run: ({ ada }) => ada.post('/change-email', { email: 'ada@new.example.com' }),
    done: 202,
  }),
  'ask for a code by mail': operation({
    run: ({ instance }) => instance.browser().post('/email-code/send', { email: 'bob@example.com' }),
    done: 202,
  }),
  'sign in by a code from a mail': operation({
    prepare: (scene) => askedByMail(scene, 'carol@example.com', 'email-code'),
    run: ({ instance }, answer) => instance.browser().post('/email-code/verify', answer),
    done: 200,
    repeated: ['challenge_invalid'],
  }),
  'sign up by a code from a mail': operation({
    prepare: (scene) => askedByMail(scene, 'new@example.com', 'email-code'),
    run: ({ instance }, answer) => instance.browser().post('/email-code/verify', answer),
    done: 200,
    repeated: ['challenge_invalid'],
  }),
  'arrive by a code at an account that somebody else prepared': operation({
    prepare: (scene) => askedByMail(scene, 'bob@example.com', 'email-code'),
    run: ({ instance }, answer) => instance.browser().post('/email-code/verify', answer),
    done: 200,
    repeated: ['challenge_invalid'],
  }),
  'sign in by a link from a mail': operation({
    prepare: (scene) => askedByMail(scene, 'carol@example.com', 'magic-link'),
    run: ({ instance }, answer) => instance.browser().post('/magic-link/verify', answer),
    done: 200,
    repeated: ['challenge_invalid'],
  }),
  'show the code of a link': operation({
    prepare: (scene) => askedByMail(scene, 'carol@example.com', 'magic-link'),
    run: ({ instance }, answer) => instance.browser().post('/magic-link/code', { token: answer.token }),
    done: 200,
  }),
  'have a code sent to a number': operation({
    run: ({ ada }) => ada.post('/phone/send', { number: '+4915123456789' }),
    done: 202,
  }),
  'add a number that another account has': operation({
    prepare: async (scene) => {
      const carol = scene.instance.browser()
      await carol.register('carol@example.com')
      await carol.post('/phone/verify', await askedByPhone(scene, carol))
      return await askedByPhone(scene, scene.ada)
    },
    run: ({ ada }, answer) => ada.post('/phone/verify', answer),
    done: 200,
    repeated: ['challenge_invalid'],
  }),
  'sign in by a code from an SMS': operation({
    prepare: async (scene) => {
      await scene.ada.post('/phone/verify', await askedByPhone(scene, scene.ada))
      const asked = await scene.ada.post<CodeRequested>('/sms-code/send', { phone: number }, { bare: true })
      return { ticket: asked.body.ticket, code: firstOf(await scene.instance.mailbox(number)).codes[0] }
    },
    run: ({ instance }, answer) => instance.browser().post('/sms-code/verify', answer),
    done: 200,
    repeated: ['challenge_invalid'],
  }),
  'remove a number': operation({
    prepare: async (scene) => {
      await scene.ada.post('/phone/verify', await askedByPhone(scene, scene.ada))
      // Her token of before is refused: the removal is what is tried here, not the refresh before it.
      await scene.ada.refresh()
    },
    run: ({ ada }) => ada.send('/api/auth/phone', { method: 'DELETE' }),
    done: 204,
    repeated: ['phone_not_found'],
  }),
  'confirm a changed e-mail': operation({
    prepare: async ({ ada, instance }) => {
      await ada.post('/change-email', { email: 'ada@new.example.com' })
      return tokenOf(await instance.mailbox('ada@new.example.com'), '/change-email/confirm')
    },
    run: ({ ada }, token) => ada.post('/change-email/confirm', { token }),
    done: 204,
    repeated: ['challenge_invalid'],
  }),
  'undo a changed e-mail': operation({
    prepare: async ({ ada, instance }) => {
      await ada.post('/change-email', { email: 'ada@new.example.com' })
      const token = tokenOf(await instance.mailbox('ada@new.example.com'), '/change-email/confirm')
      await ada.post('/change-email/confirm', { token })
      return tokenOf(await instance.mailbox('ada@example.com'), '/change-email/undo')
    },
    run: ({ instance }, token) => instance.browser().post('/change-email/undo', { token }),
    done: 204,
    repeated: ['challenge_invalid'],
    ends: true,
  }),
}

const number = '+4915123456789'

/** Returns the answers of a browser that has asked for a link or a code. Carol's account exists, new's does not. */
async function askedByMail({ instance }: Scene, email: string, way: 'email-code' | 'magic-link') {
  if (email.startsWith('carol')) await instance.latchkey.createUser({ email, password, emailVerified: true })
  const { ticket } = (await instance.browser().post<CodeRequested>(`/${way}/send`, { email })).body
  const mails = await instance.mailbox(email)
  if (way === 'magic-link') return { ticket, token: tokenOf(mails, '/magic-link/open') }
  return { ticket, code: must(mails.find(({ subject }) => subject.startsWith('Your code'))).codes[0] }
}

async function askedByPhone({ instance }: Scene, tab: Browser) {
  const { ticket } = (await tab.post<CodeRequested>('/phone/send', { number })).body
  return { ticket, code: firstOf(await instance.mailbox(number)).codes[0] }
}
