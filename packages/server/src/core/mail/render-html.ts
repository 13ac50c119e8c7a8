import { renderBlock, type Block, type BlockRenderers } from './blocks.ts'
import { html, type Html } from './html.ts'
import { tame } from './tame.ts'

export interface HtmlMail {
  appName: string
  title: string
  blocks: readonly Block[]
  footer: string
}

/**
 * A mail as HTML that needs no images and no fonts, in light and dark. Tables and inline styles, because that is
 * what mail programs understand; the dark colours stand in the only style sheet, which they may drop.
 */
export const renderHtml = ({ appName, title, blocks, footer }: HtmlMail): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>${title}</title>
        <style>
          @media (prefers-color-scheme: dark) {
            .page {
              background: #14171c !important;
            }
            .card {
              background: #1d2128 !important;
              color: #e8eaee !important;
              border-color: #333a45 !important;
            }
            .code {
              background: #2a303a !important;
            }
            .quiet {
              color: #a0a8b5 !important;
            }
            .button {
              background: #3563e9 !important;
            }
          }
        </style>
      </head>
      <body class="page" style="margin:0;padding:0;background:#f4f6f9">
        <table role="presentation" class="page" width="100%" ${bare} style="background:#f4f6f9">
          <tr>
            <td align="center" style="padding:32px 16px">
              <table role="presentation" width="100%" ${bare} style="max-width:520px;text-align:left">
                <tr>
                  <td class="quiet" style="padding:0 4px 16px;${font};${quiet};font-weight:600">
                    ${appName}
                  </td>
                </tr>
                <tr>
                  <td class="card" style="padding:32px 32px 16px;${card};${font}">
                    <h1 style="margin:0 0 16px;font-size:22px;line-height:1.3">${title}</h1>
                    ${blocks.map((block) => renderBlock(renderers, block))}
                  </td>
                </tr>
                <tr>
                  <td class="quiet" style="padding:16px 4px 0;${font};${quiet};${small}">${footer}</td>
                </tr>
              </table>
            </td>
          </tr>
        </table>
      </body>
    </html> `.source

const bare = html`cellpadding="0" cellspacing="0" border="0"`
const font = html`font-family:system-ui,-apple-system,Segoe
UI,Roboto,sans-serif;font-size:16px;line-height:1.5`
const mono = html`font-family:ui-monospace,Menlo,Consolas,monospace;font-size:28px;font-weight:600;letter-spacing:6px`
const card = html`border:1px solid #e1e5ec;border-radius:12px;background:#ffffff;color:#1a1f27`
const quiet = html`color:#5b6472`
const small = html`font-size:13px`
const apart = html`margin:0 0 16px`
const filled = html`border-radius:8px;background:#1f4fd8`
const action = html`display:inline-block;padding:12px 24px;color:#ffffff;font-weight:600;text-decoration:none`

const renderers: BlockRenderers<Html> = {
  paragraph: ({ text }) => html`<p style="${apart}">${text}</p>`,
  button: ({ label, link }) =>
    html`<table role="presentation" ${bare} style="margin:8px 0 12px">
        <tr>
          <td class="button" style="${filled}"><a href="${link}" style="${action}">${label}</a></td>
        </tr>
      </table>
      <p class="quiet" style="${apart};${small};${quiet};word-break:break-all">${link}</p>`,
  code: ({ code }) =>
    html`<p
      class="code"
      style="${apart};padding:16px;border-radius:8px;background:#eef1f6;text-align:center;${mono}"
    >
      ${code}
    </p>`,
  facts: ({ rows }) =>
    html`<table role="presentation" ${bare} style="${apart}">
      ${rows.map(factRow)}
    </table>`,
  note: ({ text }) => html`<p class="quiet" style="${apart};${small};${quiet}">${text}</p>`,
}

const factRow = ([label, value]: readonly [string, string]): Html =>
  html`<tr>
    <td class="quiet" style="padding:2px 16px 2px 0;${quiet};vertical-align:top">${label}</td>
    <td style="padding:2px 0">${tame(value)}</td>
  </tr>`
