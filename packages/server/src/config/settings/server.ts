import { duration } from '../duration.ts'
import {
  databaseUrl,
  displayName,
  file,
  host,
  oneOf,
  optional,
  origins,
  path,
  privateHosts,
  proxies,
  publicUrl,
  secret,
  text,
  wholeNumber,
} from '../schemas.ts'
import { setting } from './setting.ts'

/** Settings for the server's addresses, TLS and storage. A derived default stands below its source. */
export const serverSettings = {
  nodeEnv: setting({
    group: 'Server',
    env: 'NODE_ENV',
    schema: oneOf('development', 'production', 'test'),
    fallback: 'development',
    example: 'production',
    description:
      'What this is run for. `production` demands an https address and real secrets; otherwise a secret is made on the first start.',
  }),
  appName: setting({
    group: 'Server',
    env: 'APP_NAME',
    schema: displayName,
    fallback: 'Latchkey',
    example: 'Example',
    description: 'The name that people read on pages and in mails.',
  }),
  port: setting({
    group: 'Server',
    env: 'PORT',
    schema: wholeNumber(0, 65_535),
    fallback: '4000',
    example: '4000',
    description: 'The port to listen on; 0 takes any free one.',
  }),
  host: setting({
    group: 'Server',
    env: 'HOST',
    schema: host,
    fallback: 'localhost',
    example: '0.0.0.0',
    description: 'The name or address to listen on. In a container use `0.0.0.0`.',
  }),
  publicUrl: setting({
    group: 'Server',
    env: 'PUBLIC_URL',
    schema: publicUrl,
    fallback: {
      text: 'http://localhost:<PORT>',
      of: ['port'],
      from: ({ port }) => `http://localhost:${port}`,
    },
    example: 'https://auth.example.com',
    description:
      'The address under which browsers reach this server. It is the issuer of every token and the start of every link in a mail; request headers never change it.',
  }),
  basePath: setting({
    group: 'Server',
    env: 'BASE_PATH',
    schema: path,
    fallback: '/api',
    example: '/identity',
    description:
      'Where the API stands: `<BASE_PATH>/auth` for everybody, `<BASE_PATH>/admin` for administrators.',
  }),
  trustedProxies: setting({
    group: 'Server',
    env: 'TRUSTED_PROXIES',
    schema: proxies,
    fallback: '',
    example: '10.0.0.0/8, 192.0.2.10',
    description:
      'The reverse proxies whose `X-Forwarded-For` is believed, as addresses or networks. Empty: nobody’s.',
  }),
  allowedOrigins: setting({
    group: 'Server',
    env: 'ALLOWED_ORIGINS',
    schema: origins,
    fallback: '',
    example: 'https://app.example.com, http://localhost:5173',
    description:
      'Origins of web apps that may call the API with cookies, besides the public address itself. Exact; there is no wildcard.',
  }),
  outgoingPrivateHosts: setting({
    group: 'Server',
    env: 'OUTGOING_PRIVATE_HOSTS',
    schema: privateHosts,
    fallback: '',
    example: 'keycloak.internal, localhost:8080',
    description:
      'Hosts that this server may call although they are in a private network, each with or without its port. All others are called at public addresses only, by https. Outside production plain http is permitted to those named here.',
  }),
  maxConnections: setting({
    group: 'Server',
    env: 'MAX_CONNECTIONS',
    schema: wholeNumber(10, 1_000_000),
    fallback: '10000',
    example: '20000',
    description:
      'How many connections may be open at once, half of them from one network unless that is a trusted proxy; further ones are closed as they come. Below what the system allows a process (`ulimit -n`), so that the database and the log keep theirs.',
  }),
  shutdownNotice: setting({
    group: 'Server',
    env: 'SHUTDOWN_NOTICE',
    schema: duration({ from: '1s', to: '5m', orZero: true }),
    fallback: {
      text: '5s in production, else 0s',
      of: ['nodeEnv'],
      from: ({ nodeEnv }) => (nodeEnv === 'production' ? '5s' : '0s'),
    },
    example: '15s',
    description:
      'How long requests are still taken after SIGTERM, while `/readyz` says 503: longer than a load balancer needs to notice.',
  }),
  shutdownGrace: setting({
    group: 'Server',
    env: 'SHUTDOWN_GRACE',
    schema: duration({ from: '1s', to: '5m', orZero: true }),
    fallback: '10s',
    example: '25s',
    description: 'How long requests in flight may take to finish after the notice.',
  }),
  logLevel: setting({
    group: 'Server',
    env: 'LOG_LEVEL',
    schema: oneOf('debug', 'info', 'warn', 'error', 'silent'),
    fallback: 'info',
    example: 'warn',
    description: 'The least important lines that are logged.',
  }),
  metricsToken: setting({
    group: 'Server',
    env: 'METRICS_TOKEN',
    schema: optional(secret),
    fallback: null,
    example: 'openssl rand -hex 32',
    description: 'The bearer token that opens `/metrics` on the public port. None: closed there.',
    secret: 'whole',
  }),
  metricsPort: setting({
    group: 'Server',
    env: 'METRICS_PORT',
    schema: optional(wholeNumber(0, 65_535)),
    fallback: null,
    example: '9464',
    description:
      'A port of its own for `/metrics`, on the same host, for a private network. None: not opened.',
  }),

  tlsCert: setting({
    group: 'TLS',
    env: 'TLS_CERT',
    schema: optional(file),
    fallback: null,
    example: '/etc/latchkey/server.pem',
    description:
      'The certificate of this server in PEM, with those between it and its CA behind it. With it the port speaks https. None: plain HTTP, for a proxy in front. Read anew when it changes.',
  }),
  tlsKey: setting({
    group: 'TLS',
    env: 'TLS_KEY',
    schema: optional(file),
    fallback: null,
    example: '/etc/latchkey/server-key.pem',
    description: 'The private key of that certificate in PEM, without a password. Read anew when it changes.',
  }),
  mtlsCa: setting({
    group: 'TLS',
    env: 'MTLS_CA',
    schema: optional(file),
    fallback: null,
    example: '/etc/latchkey/clients-ca.pem',
    description:
      'The certificates in PEM of the CAs that issue certificates to clients, each that issues by itself. None: client certificates count for nothing. Read anew when it changes.',
  }),
  mtlsCrl: setting({
    group: 'TLS',
    env: 'MTLS_CRL',
    schema: optional(file),
    fallback: null,
    example: '/etc/latchkey/clients-crl.pem',
    description:
      'The revocation lists in PEM, one of each CA. A list that has lapsed lets nobody in. Read anew when it changes.',
  }),
  mtlsProxyHeader: setting({
    group: 'TLS',
    env: 'MTLS_PROXY_HEADER',
    schema: optional(oneOf('client-cert', 'x-forwarded-client-cert', 'ssl-client-cert')),
    fallback: null,
    example: 'client-cert',
    description:
      'The header in which the trusted proxies hand on the certificate of their client: `client-cert` (RFC 9440), `x-forwarded-client-cert` (Envoy), or `ssl-client-cert` with nginx’s `$ssl_client_escaped_cert`. From anybody else it is not read.',
  }),

  dataFolder: setting({
    group: 'Storage',
    env: 'LATCHKEY_DATA',
    schema: text(1024),
    fallback: './latchkey-data',
    example: '/var/lib/latchkey',
    description: 'The folder for the SQLite database and, in development, the secret. Created when missing.',
  }),
  databaseUrl: setting({
    group: 'Storage',
    env: 'DATABASE_URL',
    schema: databaseUrl,
    fallback: {
      text: 'sqlite:<LATCHKEY_DATA>/latchkey.sqlite',
      of: ['dataFolder'],
      from: ({ dataFolder }) => `sqlite:${dataFolder.replace(/(?<!\/)\/+$/, '')}/latchkey.sqlite`,
    },
    example: 'postgres://latchkey:password@db.example.com:5432/latchkey',
    description: 'Where everything is stored: SQLite, or PostgreSQL when several servers share it.',
    secret: 'credentials',
  }),
  databaseTimeout: setting({
    group: 'Storage',
    env: 'DATABASE_TIMEOUT',
    schema: duration({ from: '1s', to: '1m' }),
    fallback: '2s',
    example: '5s',
    description:
      'How long one request may wait for PostgreSQL, all its statements together; then it is answered 503. The server is told to give up before: locks, statements and transactions that stand still end within it.',
  }),
} as const
