extension HelpTopic {
  /// What customers read. On a reseller's portal it is under the reseller's brand: it names no product.
  static let portal: [HelpTopic] = [
    HelpTopic(
      id: "licences", title: "Licences", path: PortalPages.path,
      purpose: "Your licences, the trackers that run on each, and how to install another.",
      surprises: [
        """
        The key is hidden. To show or replace it you confirm who you are, unless you have signed in within the last 15 \
        minutes.
        """,
        "After a new key was made, the present one works for as long as you choose. Trackers need the new one by then.",
        "Deactivating an instance frees its place, and its tracker falls to Starter features.",
      ],
      ways: [
        Way(DownloadPages.path, "What to install."),
        Way(PortalInvoicePages.path, "An order becomes a licence when its invoice is paid."),
      ]),
    HelpTopic(
      id: "invoices", title: "Invoices", path: PortalInvoicePages.path,
      purpose: "Your invoices and receipts: to read, to print, to save as PDF.",
      surprises: [
        "There is a receipt once an invoice is paid.",
        "An invoice keeps the billing details that it was issued with, whatever you change later.",
      ],
      ways: [Way(PortalBillingPages.path, "How to pay, and whom invoices are made out to.")]),
    HelpTopic(
      id: "billing", title: "Billing", path: PortalBillingPages.path,
      purpose: "Whom invoices are made out to, and how they are paid.",
      surprises: [
        "The country decides which tax is charged.",
        "New details stand on invoices from now on; those that are issued keep theirs.",
        "Name the invoice's number with a transfer: the licence goes on as soon as the money is here.",
      ],
      ways: [
        Way(PortalInvoicePages.path, "What is still to be paid."),
        Way(TeamPages.path, "Let somebody see to this, with the role Billing."),
      ]),
    HelpTopic(
      id: "downloads", title: "Downloads", path: DownloadPages.path,
      purpose: "The releases to install, with their files and checksums.",
      surprises: [
        "The install command needs a licence key. Show the key on the licence's page: it stands in the command there.",
        "Each release has a manifest with a signature. The key that made it is named beside it.",
      ],
      ways: [Way(PortalPages.path, "The key, and the trackers that run.")]),
    HelpTopic(
      id: "webhooks", title: "Webhooks", path: "/portal/webhooks",
      purpose: "Which systems of yours are told of your licences, invoices, subscriptions and hosted tenants.",
      surprises: webhookSurprises, ways: [Way(TeamPages.path, "Owners and admins keep the endpoints.")]),
    HelpTopic(
      id: "branding", title: "Branding", path: PortalBrandPages.path,
      purpose: "Your own name, logo and colours in your trackers.",
      surprises: [
        "It needs a licence with white label.", "Trackers follow with their next lease, not at once.",
        "A tracker's domain can have a brand of its own. All others have the one for all domains.",
      ],
      ways: [Way(PortalPages.path, "A licence's features say whether it has white label.")]),
    HelpTopic(
      id: "team", title: "Team", path: TeamPages.path,
      purpose: "Who may act for you here, and as what.",
      surprises: [
        "Billing and viewers see licences without their keys.",
        "Only owners make, change and remove owners. One owner must stay.",
        "An invitation works once, within seven days.",
      ],
      ways: [Way(PortalAccountPages.path, "Your own password and one-time codes.")]),
    HelpTopic(
      id: "my-account", title: "My account", path: PortalAccountPages.path,
      purpose: "How you sign in, and where you are signed in.",
      surprises: [
        "You need no password: a link that is mailed to you signs you in, too.",
        "Setting a password signs you out everywhere else.",
        "With two-factor sign-in a code is asked for after a mailed link as well.",
      ],
      ways: [Way(TeamPages.path, "Who else acts for you.")]),
  ]
}
