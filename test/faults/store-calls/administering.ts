import { minutes } from '@latchkey/contract'
import { expect } from 'vitest'
import { operation, type Operations } from './operation.ts'
import { password, tokenOf } from './stage.ts'

export const administering: Operations = {
  'an administrator vouches for an address': operation({
    prepare: async ({ instance }) => {
      const { user } = await instance.browser().register('carol@example.com')
      return user.id
    },
    run: ({ admin }, id) =>
      admin.send(`/api/admin/users/${id}`, { method: 'PATCH', body: { emailVerified: true } }),
    done: 200,
    // The password has gone with all that was prepared: without the mail its owner would not know how to come in.
    async after({ instance }) {
      // If a worker has claimed it without hearing so, it is sent when the claim is over.
      instance.clock.advance(minutes(3))
      const mails = await instance.mailbox('carol@example.com')
      expect(tokenOf(mails, '/reset-password')).toEqual(expect.any(String))
    },
  }),
  'reset the second factors of a user': operation({
    run: ({ admin, bob }) =>
      admin.send(`/api/admin/users/${bob.user.id}/reset-second-factors`, {
        method: 'POST',
        body: { reason: 'lost' },
      }),
    done: 204,
  }),
  'create a user': operation({
    run: ({ admin }) => admin.send('/api/admin/users', { body: { email: 'new@example.com', password } }),
    done: 201,
    repeated: ['email_taken'],
  }),
  'change a user': operation({
    run: ({ admin, bob }) =>
      admin.send(`/api/admin/users/${bob.user.id}`, { method: 'PATCH', body: { name: 'Bob' } }),
    done: 200,
  }),
  'disable a user': operation({
    run: ({ admin, bob }) => admin.send(`/api/admin/users/${bob.user.id}/disable`, { method: 'POST' }),
    done: 200,
  }),
  'delete a user': operation({
    run: ({ admin, bob }) => admin.send(`/api/admin/users/${bob.user.id}`, { method: 'DELETE' }),
    done: 204,
    repeated: ['user_not_found'],
  }),
  "set a user's roles": operation({
    run: ({ admin, bob }) =>
      admin.send(`/api/admin/users/${bob.user.id}/roles`, { method: 'PUT', body: { roles: ['admin'] } }),
    done: 200,
  }),
  'create a role': operation({
    run: ({ admin }) =>
      admin.send('/api/admin/roles', { body: { name: 'editor', permissions: ['notes:write'] } }),
    done: 201,
    repeated: ['role_taken'],
  }),
}
