// What the pages of these tests run: the SDK, and nothing of its own.
import { attachAxios } from '@latchkey/client/axios'
import { createAuthReact } from '@latchkey/client/react'
import * as client from '@latchkey/client'
import axios from 'axios'
import * as react from 'react'
import * as reactDom from 'react-dom/client'

const tools = { ...client, attachAxios, axios, createAuthReact, react, reactDom }

export type Tools = typeof tools

declare global {
  interface Window {
    lk: Tools
  }
}

window.lk = tools
