import { expect, test } from 'vitest'
import { createDestinations } from './return-to.ts'

const destinations = createDestinations({
  publicUrl: 'https://auth.example.com',
  basePath: '/api',
  afterSignIn: '/account',
  returnUrls: ['https://app.example.com/signed-in', 'http://localhost:5173/'],
})

test.each([
  '/',
  '/account',
  '/account/devices?tab=1#top',
  '/oauth/authorize?client_id=a&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback&scope=openid%20email',
  '/apiary',
  '/sign-outside',
  'https://app.example.com/signed-in',
  'http://localhost:5173/',
])('leads to %s', (asked) => {
  expect(destinations.allowed(asked)).toBe(asked)
})

test.each([
  '',
  'account',
  '?x',
  '#x',
  '.',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '\t//evil.example',
  ' //evil.example',
  '/%09/evil.example',
  '/%0d%0aset-cookie:a=b',
  '/a\r\nset-cookie: a=b',
  '/\0',
  '/%2f/evil.example',
  '/%2F%2Fevil.example',
  '/%5cevil.example',
  '/%252f%252fevil.example',
  '/.//evil.example',
  '/..//evil.example',
  '/a/..//evil.example',
  '/a//evil.example',
  '/%2e%2e//evil.example',
  '/．/evil.example',
  '/ünïcode',
  '/%ff',
  'https://evil.example',
  'https:evil.example',
  'https:/evil.example',
  'https:///evil.example',
  'HTTPS://app.example.com/signed-in',
  'https://app.example.com/signed-in?next=x',
  'https://app.example.com/signed-in/',
  'https://app.example.com/signed-in#x',
  'https://app.example.com.evil.example/signed-in',
  'https://app.example.com@evil.example/signed-in',
  'https://auth.example.com/account',
  'http://auth.example.com/account',
  'javascript:alert(1)',
  'data:text/html,x',
  'blob:https://auth.example.com/x',
  '/api',
  '/api/auth/logout',
  '/API/auth/me',
  '/%61pi/auth/me',
  '/a/../api/auth/me',
  '/sign-out',
  '/sign-out?scope=all',
  '/sign-out/done',
  '/sign-in',
  '/sign-in?return_to=/account',
  '/language',
  '/dev/mail',
  `/${'a'.repeat(2048)}`,
])('ignores %j', (asked) => {
  expect(destinations.allowed(asked)).toBe(null)
})

test('forms may lead to the origins of the listed addresses, and to no other', () => {
  expect(destinations.origins).toEqual(['https://app.example.com', 'http://localhost:5173'])
})
