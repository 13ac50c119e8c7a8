import { expect, test } from 'vitest'
import { html } from './html.ts'

// Under another name, so that the formatter does not lay it out.
const tag = html

test('what is interpolated is escaped, in text and in attributes', () => {
  const evil = `<script>alert("x")</script>&'`
  const escaped = '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;'
  expect(tag`<p title="${evil}">${evil}</p>`.source).toBe(`<p title="${escaped}">${escaped}</p>`)
})

test('HTML inside HTML is not escaped again, and lists are joined', () => {
  const rows = ['<a>', 'b'].map((text) => tag`<li>${text}</li>`)
  expect(tag`<ul>${rows}</ul>${1}`.source).toBe('<ul><li>&lt;a&gt;</li><li>b</li></ul>1')
})

test('HTML that went through a string is text again', () => {
  expect(tag`${tag`<b>`.toString()}`.source).toBe('&lt;b&gt;')
})
