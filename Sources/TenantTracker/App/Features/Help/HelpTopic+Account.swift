extension HelpTopic {
  static let account: [HelpTopic] = [
    HelpTopic(
      id: "users", title: "Users & Roles", path: "/admin/users",
      purpose: "Who may sign in here, and what each of them may see and change.",
      words: [
        Word("Role", "What somebody may read and write, section by section. You can make roles of your own."),
        Word("Seat", "Your plan has a number of them. Who may only read needs none."),
      ],
      steps: ["Add a user with a role.", "Send the invitation link. It works once, within 7 days."]),
    HelpTopic(
      id: "licence", title: "Licence", path: "/admin/license",
      purpose: "Your plan, what it includes, and the licence key. Visitors are redirected whatever the licence says.",
      words: [Word("Activate", "Binds the key to this installation. Give it back before you move to another.")],
      steps: ["Copy the key from your customer portal and activate it here."]),
    HelpTopic(
      id: "settings", title: "Settings", path: "/admin/settings",
      purpose: "What holds for the whole account: time zone, currency, privacy and how long postbacks are kept.",
      words: [
        Word("Time zone", "Where a day begins and ends in reports."),
        Word("Currency", "What reports are in. Amounts in others are converted at their day's rate."),
        Word("GeoIP databases", "Tell the country, city and provider of an address."),
      ],
      steps: ["Choose time zone and currency before the first click.", "Install GeoIP databases to see countries."]),
    HelpTopic(
      id: "export-import", title: "Export / Import", path: PortPages.path,
      purpose:
        "Campaigns, offers, flows, sources, networks and landing pages as JSON or CSV files, and back from them.",
      words: [
        Word(
          "Preview", "Says what would be added, changed and refused, with the line of each fault. It writes nothing."),
        Word("All", "One JSON file with everything that you may read."),
      ],
      steps: [
        "Export a file, change it, and choose it under Import.",
        "Read the preview, then import: all of it, or nothing.",
      ]),
    HelpTopic(
      id: "conversion-types", title: "Conversion Types", path: "/admin/conversion-types",
      purpose: "What the type that a postback names means to reports.",
      words: [
        Word("Counts as a conversion", "It is in the number of conversions, and so in CR."),
        Word("Earns revenue", "What it pays is revenue."),
      ],
      steps: ["Add a type under the word that your network sends as conversion_type, event or goal."]),
    HelpTopic(
      id: "blacklist", title: "Blacklist", path: "/admin/blacklist",
      purpose: "Addresses and ranges that campaigns with the bot filter on send elsewhere.",
      words: [Word("By the fraud score", "Put there by the tracker itself, for a time.")],
      steps: [
        "Add one address or range, or many at once, with a reason and an end.",
        "Switch on the bot filter in a campaign.",
      ]),
    HelpTopic(
      id: "audit-log", title: "Audit Log", path: "/admin/audit-log",
      purpose: "Who changed what, when and from where. Nobody can change it.",
      words: [Word("Chain", "Each entry seals the one before. Verify it, and a changed or missing entry shows.")],
      steps: ["Filter by who or what.", "Open an entry's details to see what was before and after."]),
  ]
}
