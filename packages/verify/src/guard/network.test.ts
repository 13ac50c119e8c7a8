import { BlockList, isIPv6 } from 'node:net'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTrust } from './network.ts'
import { must } from '#test/support/must.ts'

const trusts = (network: string, address: string): boolean => must(createTrust([network]))(address)

test.each([
  ['10.0.0.0/8', '10.200.3.4', true],
  ['10.0.0.0/8', '11.0.0.1', false],
  ['10.0.0.0/8', '::ffff:10.1.2.3', true],
  ['192.0.2.10', '192.0.2.10', true],
  ['192.0.2.10', '192.0.2.11', false],
  ['2001:db8::/32', '2001:db8:ffff::1', true],
  ['2001:db8::/32', '2001:db9::1', false],
  ['fe80::1', 'fe80::1%eth0', true],
  ['::1', '127.0.0.1', false],
  ['127.0.0.1', 'localhost', false],
  ['127.0.0.1', '', false],
  ['127.0.0.1', '127.1', false],
  ['127.0.0.1', '0127.0.0.1', false],
  ['127.0.0.1', '127.0.0.1.', false],
])('of %s is %s: %s', (network, address, expected) => expect(trusts(network, address)).toBe(expected))

test.each([
  '0.0.0.0/0',
  '::/0',
  '10.0.0.0/33',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  '10.0.0',
  'proxy',
  '',
  '1.2.3.256',
])('%j is no network that one could mean', (network) => expect(createTrust(['10.0.0.1', network])).toBeNull())

test('agrees with the platform about every network', () => {
  const pair = fc.oneof(fc.tuple(fc.ipV4(), fc.ipV4()), fc.tuple(fc.ipV6(), fc.ipV6()))
  fc.assert(
    fc.property(pair, fc.nat(127), fc.boolean(), ([base, other], length, isSame) => {
      const family = isIPv6(base) ? 'ipv6' : 'ipv4'
      const bits = 1 + (length % (isIPv6(base) ? 128 : 32))
      const asked = isSame ? base : other
      // The other family within this one is looked at above.
      fc.pre(!/ffff:[^:]+(:[^:]+)?$/i.test(base) && !/ffff:[^:]+(:[^:]+)?$/i.test(asked))
      const list = new BlockList()
      list.addSubnet(base, bits, family)
      expect(trusts(`${base}/${bits}`, asked)).toBe(list.check(asked, family))
    }),
  )
})
