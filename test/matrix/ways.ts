import { carry, newPerson, type Person, type Step, type Way } from './person.ts'

const password = 'correct horse battery'

const byPassword: Way = {
  name: 'password',
  amr: ['pwd'],
  aal: 1,
  async register(site, email) {
    const home = site.browser()
    return newPerson(site, home, carry(home, await home.post('/register', { email, password })))
  },
  signIn: ({ email }: Person, tab) => tab.post('/login', { email, password }) as Promise<Step>,
  stepUp: (_, tab) => tab.post('/step-up', { password }),
}

/** Every way in of people. */
export const ways: readonly Way[] = [byPassword]
