import {
  ecPrivateKey,
  issuerUrl,
  keptTokens,
  microsoftTenant,
  oidcProviders,
  optional,
  text,
} from '../schemas.ts'
import { setting } from './setting.ts'

/** Settings for other services by which people sign in. A derived default stands below its source. */
export const providersSettings = {
  googleClientId: setting({
    group: 'Signing in with others',
    env: 'GOOGLE_CLIENT_ID',
    schema: optional(text(255)),
    fallback: null,
    example: '123456789012-abc.apps.googleusercontent.com',
    description:
      'The client id of this server at Google, from the Google Cloud console. With its secret, people may sign in with Google.',
  }),
  googleClientSecret: setting({
    group: 'Signing in with others',
    env: 'GOOGLE_CLIENT_SECRET',
    schema: optional(text(1024)),
    fallback: null,
    example: 'pass show google/client-secret',
    description: 'The client secret that Google has given.',
    secret: 'whole',
  }),
  microsoftClientId: setting({
    group: 'Signing in with others',
    env: 'MICROSOFT_CLIENT_ID',
    schema: optional(text(255)),
    fallback: null,
    example: '8f2c0b1e-5d64-4c0e-9a57-2f1f6f0c7a11',
    description:
      'The client id of this server at Microsoft, from the Entra admin center. With its secret, people may sign in with Microsoft.',
  }),
  microsoftClientSecret: setting({
    group: 'Signing in with others',
    env: 'MICROSOFT_CLIENT_SECRET',
    schema: optional(text(1024)),
    fallback: null,
    example: 'pass show microsoft/client-secret',
    description: 'The client secret that Microsoft has given.',
    secret: 'whole',
  }),
  microsoftTenant: setting({
    group: 'Signing in with others',
    env: 'MICROSOFT_TENANT',
    schema: microsoftTenant,
    fallback: 'common',
    example: '9a1b7c52-3f0e-4d5a-8a8e-0c5b1f2d3e4f',
    description:
      'Whose accounts may sign in with Microsoft: of one directory (its id), of every directory (`organizations`), or personal ones as well (`common`).',
  }),
  githubClientId: setting({
    group: 'Signing in with others',
    env: 'GITHUB_CLIENT_ID',
    schema: optional(text(255)),
    fallback: null,
    example: 'Iv1.8a61f9b3a7aba766',
    description:
      'The client id of this server at GitHub, from an OAuth app or a GitHub App. With its secret, people may sign in with GitHub.',
  }),
  githubClientSecret: setting({
    group: 'Signing in with others',
    env: 'GITHUB_CLIENT_SECRET',
    schema: optional(text(1024)),
    fallback: null,
    example: 'pass show github/client-secret',
    description: 'The client secret that GitHub has given.',
    secret: 'whole',
  }),
  gitlabClientId: setting({
    group: 'Signing in with others',
    env: 'GITLAB_CLIENT_ID',
    schema: optional(text(255)),
    fallback: null,
    example: '5f0c8a',
    description:
      'The client id of this server at GitLab, from its applications. With its secret, people may sign in with GitLab.',
  }),
  gitlabClientSecret: setting({
    group: 'Signing in with others',
    env: 'GITLAB_CLIENT_SECRET',
    schema: optional(text(1024)),
    fallback: null,
    example: 'pass show gitlab/client-secret',
    description: 'The client secret that GitLab has given.',
    secret: 'whole',
  }),
  gitlabUrl: setting({
    group: 'Signing in with others',
    env: 'GITLAB_URL',
    schema: issuerUrl,
    fallback: 'https://gitlab.com',
    example: 'https://gitlab.example.com',
    description: 'Where GitLab runs.',
  }),
  discordClientId: setting({
    group: 'Signing in with others',
    env: 'DISCORD_CLIENT_ID',
    schema: optional(text(255)),
    fallback: null,
    example: '1102334455667788990',
    description:
      'The client id of this server at Discord, from the developer portal. With its secret, people may sign in with Discord.',
  }),
  discordClientSecret: setting({
    group: 'Signing in with others',
    env: 'DISCORD_CLIENT_SECRET',
    schema: optional(text(1024)),
    fallback: null,
    example: 'pass show discord/client-secret',
    description: 'The client secret that Discord has given.',
    secret: 'whole',
  }),
  appleClientId: setting({
    group: 'Signing in with others',
    env: 'APPLE_CLIENT_ID',
    schema: optional(text(255)),
    fallback: null,
    example: 'com.example.signin',
    description:
      'The services id at Apple. With team, key id and private key, people may sign in with Apple.',
  }),
  appleTeamId: setting({
    group: 'Signing in with others',
    env: 'APPLE_TEAM_ID',
    schema: optional(text(32)),
    fallback: null,
    example: 'A1B2C3D4E5',
    description: 'The team that the services id belongs to.',
  }),
  appleKeyId: setting({
    group: 'Signing in with others',
    env: 'APPLE_KEY_ID',
    schema: optional(text(32)),
    fallback: null,
    example: 'F6G7H8J9K0',
    description: 'The id of the private key.',
  }),
  applePrivateKey: setting({
    group: 'Signing in with others',
    env: 'APPLE_PRIVATE_KEY',
    schema: optional(ecPrivateKey),
    fallback: null,
    example: 'cat AuthKey_F6G7H8J9K0.p8',
    description: 'The private key that Apple let you download, from which client secrets are signed.',
    secret: 'whole',
  }),
  oidcProviders: setting({
    group: 'Signing in with others',
    env: 'OIDC_PROVIDERS',
    schema: oidcProviders,
    fallback: '[]',
    example: 'cat oidc-providers.json',
    description:
      'Further issuers of OpenID Connect, found by discovery; see [Signing in with others](../sign-in-with-others.md#any-other-issuer).',
    secret: 'whole',
  }),
  keepProviderTokens: setting({
    group: 'Signing in with others',
    env: 'KEEP_PROVIDER_TOKENS',
    schema: keptTokens,
    fallback: '',
    example: 'google https://www.googleapis.com/auth/calendar.readonly, github repo',
    description:
      'Providers whose tokens are kept, encrypted, for the backend of the application, each with the scopes to ask for beyond signing in.',
  }),
} as const
