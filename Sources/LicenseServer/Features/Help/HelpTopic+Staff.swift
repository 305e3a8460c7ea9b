extension HelpTopic {
  /// What the vendor's staff reads.
  static let staff = sales + work

  private static let sales: [HelpTopic] = [
    HelpTopic(
      id: "licences", title: "Licences", path: "/admin/licenses",
      purpose: """
        Issue a licence or a trial, look into one, change what it allows. Buttons above the list lead to the trackers \
        that run on licences and to alarms about copies.
        """,
      surprises: [
        "A key is shown to you once, when it is issued or replaced. The customer can show it again in the portal.",
        "A last day counts in full: the licence ends when that day is over, in UTC.",
        """
        A suspended, revoked or ended licence leaves a tracker with Starter features. Visitors are redirected all the \
        same. Revoking is for good.
        """,
        "An alarm about copies takes nothing from the customer. Look into it, then acknowledge it.",
      ],
      ways: [
        Way("/admin/customers", "Who has a licence, with invoices and portal users."),
        Way(SubscriptionPages.path, "What pays for a licence, and so when it ends."),
        Way(PlanPages.path, "What each plan includes."),
      ]),
    HelpTopic(
      id: "customers", title: "Customers", path: "/admin/customers",
      purpose: "Everybody who has ordered or was given a licence, with their licences, invoices and portal users.",
      surprises: [
        "There is no form for a new one: an order, a licence or a hosted tenant for an e-mail address makes it.",
        "Company, address and VAT id are only shown here. Customers change them in the portal.",
        "The number that other forms ask for is the last part of the address of the customer's page.",
      ],
      ways: [
        Way("/admin/licenses", "Issue one for an e-mail address."),
        Way(InvoicePages.path, "Charge a customer for something else."),
      ]),
    HelpTopic(
      id: "subscriptions", title: "Subscriptions", path: SubscriptionPages.path,
      purpose: "What customers pay for period by period. Change the plan of one, or end it.",
      surprises: [
        "A change of plan is shown first, with what it costs or gives back. Nothing happens until you confirm it.",
        """
        An unpaid invoice makes the licence overdue from day 7 and suspends it on day 21; on day 60 the subscription \
        expires. Where a card pays, Stripe decides when to try again and when to give up.
        """,
        "What is to come with the period's end can be taken back until then.",
      ],
      ways: [
        Way(InvoicePages.path, "What was charged, and what is still due."),
        Way(RevenuePages.path, "Who is behind with a payment, under Dunning."),
      ]),
    HelpTopic(
      id: "invoices", title: "Invoices", path: InvoicePages.path,
      purpose: "Every invoice with what is due of it: book transfers, withdraw what is not owed, give money back.",
      surprises: [
        "An issued invoice is never changed. Withdraw an open one, which keeps its number, or issue a credit note.",
        "Marking the invoice of an order as paid issues its licence.",
        "A refund of a transfer is yours to send: transfer it, then mark it as transferred on the invoice's page.",
      ],
      ways: [
        Way(SubscriptionPages.path, "What the invoice is for."),
        Way("/admin/seller", "What invoices say about you."),
        Way(TaxRatePages.path, "Which tax they have."),
      ]),
    HelpTopic(
      id: "revenue", title: "Revenue", path: RevenuePages.path,
      purpose: "Recurring revenue, churn and payments month by month; what is due, and who is behind.",
      surprises: [
        "Recurring revenue is at list prices, without tax and before coupons. What was paid has a chart of its own.",
        "Each currency stands by itself: nothing is converted. Months are in UTC.",
      ],
      ways: [
        Way(SubscriptionPages.path, "The subscriptions behind the numbers."),
        Way(InvoicePages.path, "Book a payment that has come."),
      ]),
    HelpTopic(
      id: "plans", title: "Plans and prices", path: PlanPages.path,
      purpose: "What each plan includes, and what it costs by interval and currency.",
      surprises: [
        "A price is never changed: a new one is for new subscriptions, and who has one keeps the price it was sold at.",
        "What you change in a plan reaches its licences with their next heartbeat.",
        "A plan without a price is not sold. Of two plans, the one with the higher rank is the upgrade.",
      ],
      ways: [
        Way(CouponPages.path, "Sell for less, for a time or to some."),
        Way(TaxRatePages.path, "Whether prices contain a country's tax."),
      ]),
    HelpTopic(
      id: "coupons", title: "Coupons", path: CouponPages.path,
      purpose: "Codes that customers type when they order, for a percentage or an amount off.",
      surprises: [
        "A coupon is not edited: withdraw it and add another.",
        "A withdrawn one can't be redeemed any more. Who has redeemed it keeps what it takes off.",
        "A customer can redeem a coupon once. Its name stands on the invoice.",
      ],
      ways: [
        Way(PlanPages.path, "The prices that it lowers."),
        Way(RevenuePages.path, "Recurring revenue is counted before coupons."),
      ]),
    HelpTopic(
      id: "tax-rates", title: "Tax rates", path: TaxRatePages.path,
      purpose: "Which tax an invoice has, by the country in the customer's billing details.",
      surprises: [
        "A country without a rate is charged no tax, and neither is a customer without a country.",
        "A rate is for invoices from now on; those that are issued keep theirs.",
        "With reverse charge, customers with a VAT id owe the tax themselves: their invoices have none.",
      ],
      ways: [
        Way("/admin/seller", "Your own VAT id."), Way(InvoicePages.path, "See what was charged."),
      ]),
    HelpTopic(
      id: "resellers", title: "Resellers", path: ResellerStaffPages.path,
      purpose: "Who sells licences in your place: what each may sell, what they pay, and how they stand.",
      surprises: [
        "When a month is over, in UTC, its licence periods become a statement and an invoice at wholesale prices.",
        """
        The customers of a suspended one keep working for the agreement's grace. Then their licences are suspended, \
        until the reseller is reinstated.
        """,
        "An invitation link is shown to you and not mailed. It works once, within seven days.",
      ],
      ways: [
        Way(InvoicePages.path, "The wholesale invoices."),
        Way(HostedTenantPages.path, "What is hosted for customers of resellers, too."),
      ]),
  ]

  private static let work: [HelpTopic] = [
    HelpTopic(
      id: "releases", title: "Releases", path: "/admin/releases",
      purpose: "The versions of the tracker that customers download and install.",
      surprises: [
        "A version is built into RELEASES_DIR by ops/release. Here it is only published.",
        "A withdrawn release is given to nobody any more. Trackers that run it run on.",
        "Customers read what is new on their page of downloads.",
      ],
      ways: [Way("/admin/licenses", "Instances, above the list, say which version each tracker runs.")]),
    HelpTopic(
      id: "invoice-details", title: "Invoice details", path: "/admin/seller",
      purpose: "Company, address, VAT id and bank details as invoices and receipts show them.",
      surprises: [
        "A document is made when somebody opens it: an earlier invoice, opened again, shows what stands here now.",
        "Bank details are shown at checkout and on open invoices.",
      ],
      ways: [Way(InvoicePages.path, "The invoices themselves."), Way(TaxRatePages.path, "Which tax they have.")]),
    HelpTopic(
      id: "hosted-tenants", title: "Hosted tenants", path: HostedTenantPages.path,
      purpose: "Tenants that you run for customers, and the trackers that they are on.",
      surprises: [
        "Register a tracker first, under Trackers, with its address and CONTROL_TOKEN. Until then a tenant waits.",
        "A deleted tenant is closed at once and an archive is made. Its data is kept for 30 days, or until a purge.",
        """
        A move closes the dashboard meanwhile. Point the domains to the new tracker afterwards: clicks that reach the \
        old one after the export are not carried over.
        """,
      ],
      ways: [
        Way("/admin/licenses", "Each tenant runs on one."),
        Way(WebhookEndpointPages.path, "Tell other systems when a tenant is ready."),
      ]),
    HelpTopic(
      id: "api-keys", title: "API keys", path: APIKeyPages.path,
      purpose: "Keys of your own, by which programs call the API.",
      surprises: [
        "A key is shown once, when it is made.",
        "It can never do more than you: a permission that you lose, it loses.",
        "600 requests a minute are answered for each key, unless API_LIMIT_PER_KEY says otherwise.",
      ],
      ways: [
        Way(RequestLogPages.path, "What was asked with a key."),
        Way(WebhookEndpointPages.path, "Be told, instead of asking again and again."),
      ]),
    HelpTopic(
      id: "webhooks", title: "Webhooks", path: WebhookEndpointPages.path,
      purpose: "Which other systems are told of what happens here, and what each was sent.",
      surprises: webhookSurprises,
      ways: [
        Way(APIKeyPages.path, "Let the other system ask for more."),
        Way("/admin/audit-log", "Who has changed an endpoint."),
      ]),
    HelpTopic(
      id: "e-mails", title: "E-mails", path: MailPages.path,
      purpose: "The outbox: what was mailed to whom, and what became of it.",
      surprises: [
        "A mail is tried again for about a day. What the mail server refuses for good fails at once, with its words.",
        "Templates are shown with sample data. They are not edited here.", "E-mails are kept for 90 days.",
      ],
      ways: [Way("/admin/customers", "Look up whom a mail was for.")]),
    HelpTopic(
      id: "staff", title: "Staff", path: StaffTeamPages.path,
      purpose: "Who works here, and what each of them may see and change.",
      surprises: [
        "An invitation is mailed and works for seven days. Its link is also shown to you, once.",
        "Only the role Custom has permissions section by section. The others bring their own.",
        "One active admin must stay.",
      ],
      ways: [
        Way("/admin/audit-log", "What somebody has done."),
        Way(APIKeyPages.path, "Programs sign in with keys, not as people."),
      ]),
    HelpTopic(
      id: "api-requests", title: "API requests", path: RequestLogPages.path,
      purpose: "The API requests of the last 30 days: who asked what, how it was answered, and how fast.",
      surprises: [
        "What trackers ask about their licences is not in it.",
        "Bodies, queries and tokens are never kept. Search by the X-Request-Id of an answer.",
      ],
      ways: [
        Way(APIKeyPages.path, "Keys that requests are made with."),
        Way("/admin/audit-log", "What requests have changed."),
      ]),
    HelpTopic(
      id: "audit-log", title: "Audit log", path: "/admin/audit-log",
      purpose: "Who changed what, when and from where, with what was before and after.",
      surprises: [
        "Each entry seals the one before: Verify finds one that was changed or taken out.",
        "Entries cut off its end show only against a head kept elsewhere, which license-server audit verify prints.",
        "An action that ends in a dot finds all of its kind, such as license. for licences.",
      ],
      ways: [
        Way(StaffTeamPages.path, "Who they are."),
        Way(RequestLogPages.path, "Requests to the API that changed nothing, too."),
      ]),
  ]
}
