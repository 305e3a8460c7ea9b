extension HelpTopic {
  static let performance: [HelpTopic] = [
    HelpTopic(
      id: "dashboard", title: "Dashboard", path: "/admin",
      purpose: """
        The state of your traffic: key figures, a chart, the best of each kind, who comes in right now, and alerts about \
        what needs you.
        """,
      words: [
        Word("Profit", "Revenue less cost."),
        Word("ROI", "Profit as a percentage of cost. Without cost there is none: a dash stands for it."),
        Word(
          "Today against yesterday", "Today's whole hours against the same hours of yesterday, as today is not over."),
      ],
      steps: [
        "Choose the days above the figures, and a campaign if you want only one.",
        "Click a key figure: the chart shows it.", "Follow an alert to the page where you can put it right.",
      ]),
    HelpTopic(
      id: "reports", title: "Reports", path: ReportPages.path,
      purpose: "Counts clicks, conversions and money by any field of a click, such as source, country or sub-id.",
      words: [
        Word("Grouping", "The field by which rows are made. With several groupings, each row is a pair or more."),
        Word("Filter", "Leaves only the traffic with, without or containing a value."),
        Word("Column template", "A choice of columns that you keep under a name."),
        Word("Saved report", "A whole question under a name. Shared ones are for the team."),
        Word("CR", "Conversions for a hundred clicks."), Word("EPC", "Revenue for each click."),
      ],
      steps: [
        "Choose what to group by and the days.", "Add filters, or click a row to look into it.",
        "Save the report, or export all its rows as CSV or JSON.",
      ]),
    HelpTopic(
      id: "funnel", title: "Funnel", path: ReportTab.landingFunnel.path,
      purpose: "How far visitors come on your landing pages, step by step, and where they leave.",
      words: [
        Word(
          "Step",
          "What a visitor reaches on a landing page, such as a form that was sent. Step 1, the page view, reports itself."
        )
      ],
      steps: [
        "Have the landing page report its steps with window.__trackily.reportStep(2, 'Form sent').",
        "Choose days, and a campaign, country or device.",
      ]),
    HelpTopic(
      id: "ecommerce-funnel", title: "E-commerce Funnel", path: ReportTab.shopFunnel.path,
      purpose: "How many of a shop's visitors fill a cart, begin to pay, and buy.",
      words: [Word("Two rates", "Of the visitors at the start, and of those at the step before.")],
      steps: ["Set up the pixel in the shop.", "Choose days, and a campaign, country or device."]),
    HelpTopic(
      id: "ab-test", title: "A/B Test", path: ReportTab.abTest.path,
      purpose: "Whether one landing page or offer of a flow is really better than another, or only luckier so far.",
      words: [
        Word("Control", "What the others are held against: the oldest variant, unless you choose another."),
        Word("Confidence", "How unlikely the difference would be if the variants were alike. 95 % makes a winner."),
        Word("Enough clicks", "A variant with fewer than 100 clicks is shown and not tested."),
      ],
      steps: ["Give a flow two landing pages or offers.", "Choose the campaign and the days here."]),
    HelpTopic(
      id: "attribution", title: "Attribution", path: ReportTab.attribution.path,
      purpose:
        "Shares the revenue of each conversion among all clicks that led to it, by source, campaign or landing page.",
      words: [
        Word("Model", "How it is shared: to the last or first click, evenly, by age, or most to both ends."),
        Word("Journey", "All clicks of one visitor in the days before the conversion."),
        Word("Half-life", "With time decay, a click of that age gets half the credit of one just before the sale."),
      ],
      steps: ["Choose the model and the days.", "Open the journeys to see the clicks behind the numbers."]),
    HelpTopic(
      id: "clicks", title: "Clicks", path: "/admin/clicks",
      purpose: "Every visitor of a tracking link, the newest first, some seconds after the click.",
      words: [
        Word("Blocked", "A visitor that the bot filter sent elsewhere. It counts as no click."),
        Word("Capped", "A visitor over the campaign's frequency cap. It counts as no click."),
        Word("Event log", "On the click's own page: which way it went, and why."),
      ],
      steps: ["Filter by campaign, days or a click id.", "Open a click by its time to see its event log."]),
    HelpTopic(
      id: "conversions", title: "Conversions", path: "/admin/conversions",
      purpose: "What networks, shops and the pixel reported of your clicks, with what it pays.",
      words: [
        Word("Status", "Lead, sale, hold, rejected or trash. Only sales earn revenue."),
        Word("Rebill, upsell", "A further payment on the same click. It adds to revenue and not to CR."),
      ],
      steps: ["Give your network its postback URL.", "Select conversions to change the status of several at once."]),
    HelpTopic(
      id: "postbacks", title: "Postbacks", path: PostbackPages.path,
      purpose: "Every hit on your postback URL as it came, and what became of it.",
      words: [Word("Replay", "Processes a kept hit once more, for instance after a status was mapped.")],
      steps: [
        "Filter by what became of the hits.", "Put right what is wrong, then replay the hits that recorded nothing.",
      ]),
    HelpTopic(
      id: "review-queue", title: "Review Queue", path: ReviewPages.path,
      purpose: "Approved conversions that wait until somebody here approves or rejects them.",
      words: [Word("Approval rule", "Says whose conversions wait: of an offer or network, of one type or every one.")],
      steps: ["Add an approval rule below the list.", "Select what waits, and approve or reject it."]),
    HelpTopic(
      id: "outgoing-postbacks", title: "Outgoing Postbacks", path: DeliveryPages.path,
      purpose: "What was sent to traffic sources about conversions, how they answered, and what is still to be sent.",
      words: [Word("Dead letter", "A postback that is not tried again by itself. You can send it again.")],
      steps: ["Add a postback on the traffic source's page.", "Look here whether it arrives; the answer is kept."]),
  ]
}
