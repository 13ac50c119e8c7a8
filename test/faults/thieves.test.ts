import { expect, test } from 'vitest'
import { createRandom } from '#test/support/random.ts'
import { createInstallation, startServer } from '#test/support/server-process.ts'
import { Browser } from './thieves/browser.ts'

/*
 * The promise, through the real server: two processes on one PostgreSQL, browsers with several tabs that lose answers and
 * step up, and thieves with a copy of somebody's cookies. LATCHKEY_ROUNDS=200 makes it a long run.
 */
const rounds = Number(process.env.LATCHKEY_ROUNDS ?? 6)
const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000)
const [honest, robbed] = [40, 10]
const leeway = 2000

test(
  `of ${honest} browsers nobody is signed out in ${rounds} rounds, and ${robbed} thieves are noticed`,
  { timeout: 60_000 + rounds * 20_000 },
  async () => {
    const env = await createInstallation('postgres', {
      REFRESH_LEEWAY: `${leeway / 1000}s`,
      LIMIT_SCALE: '10000',
    })
    const servers = [(await startServer(env)).url, (await startServer(env)).url]
    const random = createRandom(seed)
    const open = async (count: number, name: string) =>
      await Promise.all(
        Array.from({ length: count }, async (_, index) => {
          const browser = new Browser(servers, random)
          await browser.register(`${name}-${index}@example.com`)
          return browser
        }),
      )
    const browsers = await open(honest, 'honest')
    const owners = await open(robbed, 'robbed')

    const lives = browsers.map((browser) => live(browser, random))
    const thefts = await Promise.all(owners.map((owner) => theft(owner)))
    await Promise.all(lives)

    const signedOut = browsers.flatMap((browser) => browser.signedOut ?? [])
    expect({ seed, signedOut }).toEqual({ seed, signedOut: [] })
    // One of the two presents what the other has replaced: at the latest when both have once been outside the leeway.
    expect({ seed, late: thefts.filter((uses) => uses > 2) }).toEqual({ seed, late: [] })
    const presentations = browsers.reduce((sum, browser) => sum + browser.presentations, 0)
    process.stdout.write(
      `${presentations} presentations of ${honest} browsers, nobody signed out ` +
        `(below ${(3 / presentations).toExponential(1)} a presentation); ${robbed} of ${robbed} thefts noticed\n`,
    )
  },
)

async function live(browser: Browser, random: () => number): Promise<void> {
  for (let round = 0; round < rounds && browser.signedOut === null; round++) {
    await outsideTheLeeway(random() * 1500)
    await browser.refresh()
    if (random() < 0.15) await browser.stepUp()
  }
}

/** After how many uses outside the leeway, by owner and thief in turn, one of them was told. */
async function theft(owner: Browser): Promise<number> {
  await owner.refresh({ isCalm: true })
  const thief = owner.copy()
  for (let uses = 1; ; uses++) {
    await outsideTheLeeway()
    const user = uses % 2 === 1 ? thief : owner
    await user.refresh({ isCalm: true })
    if (user.signedOut !== null) return uses
    if (uses > 5) return uses
  }
}

const outsideTheLeeway = (more = 0): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, leeway + 200 + more))
