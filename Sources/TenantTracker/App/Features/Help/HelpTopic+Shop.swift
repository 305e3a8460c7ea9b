extension HelpTopic {
  static let commerce: [HelpTopic] = [
    HelpTopic(
      id: "products", title: "Products", path: "/admin/products",
      purpose: "The catalogue of what your shop sells. Lines of orders are matched to it.",
      words: [
        Word(
          "SKU",
          "The shop's own number of a product. Lines are matched by it first, then by the shop's id, then by name.")
      ],
      steps: ["Add a product, or import a CSV file. Nothing is written before you have seen what it would change."]),
    HelpTopic(
      id: "product-report", title: "Product Report", path: ProductReportPages.path,
      purpose: "What sells: units, orders and revenue of each product or category in the days you choose.",
      words: [Word("Share", "Of the revenue of all products in the report.")],
      steps: [
        "Have the pixel or a shop's webhook report orders with their products.",
        "Choose the days, and a campaign or category.",
      ]),
    HelpTopic(
      id: "customers", title: "Customers", path: CustomerPages.path,
      purpose: "Who bought, how often, and what they have brought in all.",
      words: [
        Word("Customer", "Orders of the same browser, else of the same e-mail address, are one person's."),
        Word("LTV", "Lifetime value: the revenue of all of a customer's orders."),
        Word("Cohort", "The customers whose first order was in the same month."),
      ],
      steps: [
        "Filter by who has an order of some campaign, source or country.", "Open a customer to see orders and clicks.",
      ]),
  ]

  static let integrations: [HelpTopic] = [
    HelpTopic(
      id: "pixel", title: "Pixel", path: PixelPages.path,
      purpose: "A script for your shop's pages that reports page views, carts, checkouts and purchases.",
      words: [
        Word("Site", "A host on which the pixel runs."),
        Word("Snippet with consent", "It reports nothing before the visitor has agreed."),
      ],
      steps: [
        "Paste the snippet in the pages of the shop.",
        "Open one of them: its page view shows under 'Is it running?' within seconds.",
      ]),
    HelpTopic(
      id: "webhooks", title: "Webhooks", path: WebhookPages.path,
      purpose: "Orders straight from Shopify, WooCommerce or Stripe, without the visitor's browser.",
      words: [
        Word("Secret", "The shop signs each event with it, so nobody else can report orders."),
        Word(
          "How an order finds its click",
          "By the click's id; else by an earlier conversion of the same order or e-mail address; else by the address of the customer's browser."
        ),
      ],
      steps: [
        "Set the address for your shop as a webhook there.", "Save the secret that the shop shows you.", "Send a test.",
      ]),
  ]
}
