/**
 * Names of passkey providers, by AAGUID. The authenticator states it without proof: good only for a name in a list.
 * Source: the community's list at github.com/passkeydeveloper/passkey-authenticator-aaguids; here are the common ones.
 */
const providers: Readonly<Record<string, string>> = {
  ea9b8d664d011d213ce4b6b48cb575d4: 'Google Password Manager',
  fbfc3007154e4ecc8c0b6e020557d7bd: 'iCloud Keychain',
  dd4ec289e01d41c9bb8970fa845d4bf2: 'iCloud Keychain (Managed)',
  adce000235bcc60a648b0b25f1f05503: 'Chrome on Mac',
  '08987058cadc4b81b6e130de50dcbe96': 'Windows Hello',
  '9ddd1817af5a4672a2b93e3dd95000a9': 'Windows Hello',
  '6028b017b1d44c02b4b3afcdafc96bb2': 'Windows Hello',
  bada5566a7aa401fbd9645619a55120d: '1Password',
  d548826e79b4db40a3d811116f7e8349: 'Bitwarden',
  '531126d6e717415c93203d9aa6981239': 'Dashlane',
  '53414d53554e47000000000000000000': 'Samsung Pass',
  fdb141b25d84443e8a354698c205a502: 'KeePassXC',
}

/** Null if unknown or not stated. */
export const providerOf = (aaguid: Uint8Array): string | null =>
  providers[Buffer.from(aaguid).toString('hex')] ?? null
