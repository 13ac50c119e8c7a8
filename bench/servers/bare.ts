// The least that is a server: what start and memory are held against.

import { serve } from './bare-http.ts'

serve({ 'GET /livez': () => ({}) })
