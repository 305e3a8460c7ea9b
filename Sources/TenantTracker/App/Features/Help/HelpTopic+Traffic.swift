extension HelpTopic {
  static let traffic: [HelpTopic] = [
    HelpTopic(
      id: "campaigns", title: "Campaigns", path: "/admin/campaigns",
      purpose:
        "A campaign ties a traffic source to your offers: it has the tracking link and the flows that route visitors.",
      words: [
        Word("Slug", "The campaign's own word in its tracking link."),
        Word("Flow", "Which visitors see which landing pages and offers."),
        Word(
          "Forced, regular, default",
          "A forced flow is taken whenever its filters match, a regular one by weight, the default one else."),
        Word("Cost model", "What you pay for: a click, 1,000 clicks, a conversion, or a share of the revenue."),
      ],
      steps: [
        "Add a traffic source and an offer.", "Add a campaign with both, and a flow of type Default.",
        "Paste its tracking link in the traffic source as the destination URL.",
        "Open the link yourself: the click is in the log.",
      ]),
    HelpTopic(
      id: "offers", title: "Offers", path: "/admin/offers",
      purpose: "An offer is what you promote: the advertiser's address and what a conversion pays.",
      words: [
        Word("Payout", "What a conversion pays, unless the network says otherwise. Countries can have their own."),
        Word(
          "Cap", "How many conversions are taken, in a day or in all. Then the flow's other offers take the visitors."),
        Word("{click_id}", "In the address, our click id: the network sends it back in its postback."),
      ],
      steps: [
        "Add the advertiser's address with {click_id} in it.", "Choose the network that pays.",
        "Put the offer in a campaign or flow.",
      ]),
    HelpTopic(
      id: "landing-pages", title: "Landing Pages", path: "/admin/landings",
      purpose: "A landing page is what visitors see before the offer: HTML kept here, or a page somewhere else.",
      words: [
        Word("Local", "HTML that this tracker keeps and serves. Each save that changes it is a version."),
        Word("{{offer_url}}", "In local HTML, the link that leads on to the offer."),
        Word("Step", "What a visitor reaches on the page. A local page can report its own, for the funnel."),
      ],
      steps: ["Add a page, or import one as a ZIP file or from its address.", "Put it in a flow."]),
    HelpTopic(
      id: "traffic-sources", title: "Traffic Sources", path: "/admin/sources",
      purpose:
        "A traffic source is where you buy clicks. It hands its own click id and the cost over in the tracking link.",
      words: [
        Word("Macro", "A placeholder, such as {click_id}, in the place of which the source puts its value."),
        Word("Template", "A platform's macros and postback, ready to use."),
        Word(
          "Unreplaced macro",
          "The source sent the placeholder itself: it is misspelt, or that platform has none of that name."),
      ],
      steps: [
        "Add a source and choose its platform.", "Copy its link for your campaign into the platform.",
        "Add a postback, so that the platform learns of conversions.",
      ]),
    HelpTopic(
      id: "tracking-profiles", title: "Tracking Profiles", path: "/admin/tracking-profiles",
      purpose: "A tracking profile is the way visitors are sent on: by which redirect, and what is fired before it.",
      words: [
        Word("Redirect", "302 is the usual one. Others hide where the visitor came from, or fire pixels first."),
        Word("Default profile", "Used by campaigns that choose none."),
      ],
      steps: ["Add a profile with another redirect.", "Choose it in a campaign."]),
    HelpTopic(
      id: "affiliate-networks", title: "Affiliate Networks", path: "/admin/networks",
      purpose: "An affiliate network pays for conversions and reports them to your postback URL.",
      words: [
        Word("Postback URL", "The address that the network calls for each conversion."),
        Word("Mapped status", "What one of the network's own status words means here."),
        Word("Allowed addresses", "If any are listed, hits from elsewhere are refused."),
      ],
      steps: [
        "Add the network.", "Set its postback URL in your account there.", "Send a test with the postback builder.",
      ]),
    HelpTopic(
      id: "status-inbox", title: "Status Inbox", path: UnmappedStatusPages.path,
      purpose:
        "Status words of networks that nobody has mapped yet. Their conversions are on hold and earn nothing meanwhile.",
      steps: ["Choose what the word means. The conversions that have it are changed at once."]),
    HelpTopic(
      id: "postback-builder", title: "Postback Builder", path: PostbackBuilderPages.path,
      purpose: "Makes a network's postback URL with that network's own macros, and tries it out.",
      words: [Word("Its software", "Many networks run on the same few programs. Each has its macros.")],
      steps: [
        "Choose the network and its software, and build the URL.", "Set it in the network.",
        "Send a test: it says what would become of it and records nothing.",
      ]),
    HelpTopic(
      id: "publishers", title: "Publishers", path: "/admin/publishers",
      purpose: "A publisher sends you visitors through a link of their own and gets a share of what those bring.",
      words: [
        Word(
          "Commission rule", "What publishers get for a conversion. Of several that fit, the most specific one counts."),
        Word("Tier", "A better rate from a number of conversions, or an amount, on."),
      ],
      steps: ["Add a commission rule.", "Add the publisher, and hand over the tracking link from their page."]),
    HelpTopic(
      id: "payouts", title: "Payouts", path: StatementPages.path,
      purpose: "What publishers have earned in a week or a month, and whether it was paid.",
      words: [
        Word("Lock", "Makes a statement final: nothing in it changes after that."),
        Word("Carried over", "What is below the minimum payout waits for the next statement."),
      ],
      steps: [
        "Wait for the period's end, or make a statement on the publisher's page.", "Check its lines and lock it.",
        "Pay, and mark it as paid.",
      ]),
    HelpTopic(
      id: "domains", title: "Domains", path: "/admin/domains",
      purpose: "With domains of your own, tracking links carry your name.",
      words: [
        Word("TXT record", "Shows that the domain is yours."),
        Word("CNAME record", "Leads visitors of the domain here."),
        Word("Bare host", "What visitors of the domain without a path get."),
      ],
      steps: [
        "Add the domain.", "Set the records that its page names at the provider of its DNS.",
        "Check it, then choose it in a campaign.",
      ]),
  ]
}
