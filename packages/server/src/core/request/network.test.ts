import { expect, test } from 'vitest'
import { clientAddress, networkOf } from './network.ts'
import { must } from '#test/support/must.ts'

const proxy = '10.0.0.1'
const isTrusted = (address: string): boolean => address.startsWith('10.')

test.each([
  // As it stands.
  ['192.0.2.1', '192.0.2.1', '192.0.2.1'],
  ['2001:db8::1', '2001:db8::1', '2001:db8:0:0::/64'],
  // Written otherwise: the same network, and nobody else's.
  ['::ffff:192.0.2.1', '192.0.2.1', '192.0.2.1'],
  ['::FFFF:192.0.2.1', '192.0.2.1', '192.0.2.1'],
  ['::ffff:c000:201', '192.0.2.1', '192.0.2.1'],
  ['0:0:0:0:0:ffff:c000:0201', '192.0.2.1', '192.0.2.1'],
  ['2001:0DB8:0:0:1::1', '2001:db8::1:0:0:1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80::1', 'fe80:0:0:0::/64'],
  // With a port, as some proxies have it: else all who come by them would share the address of the proxy.
  ['192.0.2.1:50000', '192.0.2.1', '192.0.2.1'],
  ['[2001:db8::1]:50000', '2001:db8::1', '2001:db8:0:0::/64'],
  ['[2001:db8::1]', '2001:db8::1', '2001:db8:0:0::/64'],
  ['[::ffff:192.0.2.1]:50000', '192.0.2.1', '192.0.2.1'],
  // No address.
  ['unknown', proxy, proxy],
  ['_hidden', proxy, proxy],
  ['', proxy, proxy],
  ['192.0.2.1:', proxy, proxy],
  ['192.0.2.1:99999999', proxy, proxy],
  ['[192.0.2.1', proxy, proxy],
  ['192.0.2.256', proxy, proxy],
  ['2001:db8::1::2', proxy, proxy],
])('a proxy that says %s speaks of %s, in the network %s', (forwarded, address, network) => {
  const client = clientAddress(proxy, `198.51.100.7, ${forwarded}`, isTrusted)
  expect(client).toBe(address)
  expect(networkOf(must(client))).toBe(network)
})

test('a peer that is no proxy is believed nothing, and a chain of proxies ends at the first that is none', () => {
  expect(clientAddress('192.0.2.9', '198.51.100.7', isTrusted)).toBe('192.0.2.9')
  expect(clientAddress('::ffff:10.0.0.1', '198.51.100.7, 10.0.0.2:80', isTrusted)).toBe('198.51.100.7')
  expect(clientAddress(proxy, '203.0.113.5, 198.51.100.7, 10.0.0.2', isTrusted)).toBe('198.51.100.7')
  expect(clientAddress(undefined, '198.51.100.7', isTrusted)).toBeNull()
})
