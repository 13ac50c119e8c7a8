import type { Translated } from '../../../../base/words/translated.ts'

export const en = {
  data: {
    title: 'Your data',
    intro: 'Take it with you, or leave.',
    exportTitle: 'Download your data',
    exportText:
      'Profile, devices and the whole activity as a JSON file. It holds nothing that could sign somebody in.',
    export: 'Download',
    exported: 'Your data has been downloaded.',
    deleteTitle: 'Delete the account',
    deleteText: 'The account and everything in it goes at once, and nobody can bring it back.',
    delete: 'Delete account…',
    confirmTitle: 'Delete this account for good?',
    confirmText: 'Profile, devices and activity are deleted. There is no way back.',
    typeEmail: (email: string) => `Type ${email} to confirm`,
    notTheEmail: 'This is not the address of the account.',
    confirm: 'Delete for good',
  },
}

export type DataWords = Translated<typeof en>
