extension HelpTopic {
  /// What resellers read.
  static let reseller: [HelpTopic] = [
    HelpTopic(
      id: "customers", title: "Customers", path: ResellerCustomerPages.path,
      purpose: "Whom you sell to. Add a customer, then sell licences on the customer's page.",
      surprises: [
        "Customers sign in to the portal with their e-mail address. One that is taken can't be added.",
        "A key is shown to you once, when the licence is sold. The customer can show it in the portal.",
        "The retail price is what the customer pays you. You are billed the wholesale price.",
      ],
      ways: [
        Way(ResellerLicensePages.path, "What you have sold, and whether it renews."),
        Way(ResellerPricePages.path, "What you pay and what you ask for."),
      ]),
    HelpTopic(
      id: "licences", title: "Licences", path: ResellerLicensePages.path,
      purpose: "What you have sold, how it stands, and what comes when its period ends.",
      surprises: [
        "A licence renews, and each period is charged, until you let it end.",
        "Suspending one does not stop its periods. Let it end as well, if the customer won't come back.",
        "Your agreement limits licences, and the instances they allow, over all your customers together.",
      ],
      ways: [
        Way(ResellerCustomerPages.path, "Sell another one."), Way(ResellerMarginPages.path, "What each period brings."),
      ]),
    HelpTopic(
      id: "hosted-tenants", title: "Hosted tenants", path: ResellerTenantPages.path,
      purpose: "Tenants that are hosted for your customers: make, suspend, export and delete them.",
      surprises: [
        "A tenant needs a licence that you have sold, with an instance that is not in use yet.",
        "Your agreement says how many there may be. On which tracker they are is not yours to choose.",
        "A deleted tenant is closed at once and an archive is made. Its data is kept for 30 days.",
      ],
      ways: [Way(ResellerCustomerPages.path, "Sell the licence that it runs on.")]),
    HelpTopic(
      id: "prices", title: "Prices", path: ResellerPricePages.path,
      purpose: "What you pay for each plan, and what you ask your customers for.",
      surprises: [
        "A new retail price is for new sales. Licences that are sold keep theirs.",
        "A field that you leave empty changes nothing.",
        "Which plans there are, and what you pay for them, is in your agreement.",
      ],
      ways: [
        Way(ResellerCustomerPages.path, "Sell at these prices, or at one of your own for a sale."),
        Way(ResellerMarginPages.path, "What is left to you."),
      ]),
    HelpTopic(
      id: "margins", title: "Margins", path: ResellerMarginPages.path,
      purpose: "Every period of every licence: what you pay, what you ask for, and the difference.",
      surprises: [
        "A period is charged when it begins. What is not billed yet comes with the next statement.",
        "The file has the month that you have chosen, or all of them.",
      ],
      ways: [
        Way(ResellerMarginPages.statementsPath, "What was billed."),
        Way(ResellerPricePages.path, "Change what you ask for."),
      ]),
    HelpTopic(
      id: "statements", title: "Statements", path: ResellerMarginPages.statementsPath,
      purpose: "What you are billed, month by month, with the invoice and whether it is paid.",
      surprises: [
        "A statement is made when the month is over, in UTC. A month without a new period has none.",
        "The invoice is over wholesale prices. Retail stands beside it for your own books.",
      ],
      ways: [Way(ResellerMarginPages.path, "The periods behind a statement.")]),
    HelpTopic(
      id: "branding", title: "Branding", path: ResellerBrandPages.path,
      purpose: "Your own name, logo and colours: on your portal, and in your customers' trackers.",
      surprises: [
        "It needs white label in your agreement.", "Trackers follow with their next lease, not at once.",
        "The domain of your portal is in your agreement, and its DNS must point here.",
      ],
      ways: [Way(ResellerCustomerPages.path, "Who sees it.")]),
    HelpTopic(
      id: "webhooks", title: "Webhooks", path: "/reseller/webhooks",
      purpose: "Which systems of yours are told of your customers, their licences, invoices and hosted tenants.",
      surprises: webhookSurprises, ways: [Way(ResellerTeamPages.path, "A key, for what your systems do themselves.")]),
    HelpTopic(
      id: "team-and-keys", title: "Team and keys", path: ResellerTeamPages.path,
      purpose: "Who signs in for you, and the keys by which your own systems sell.",
      surprises: [
        "An invitation link is shown to you and not mailed. It works once, within seven days.",
        "Managers sell and see margins; viewers read. Only owners see and change the team and keys.",
        "A key is shown once. One active owner must stay.",
      ],
      ways: [Way("/reseller/webhooks", "Have your systems told of what happens.")]),
  ]
}
