import Web

/// What a tracker without campaigns shows: the way to the first one, as the documents tell it.
struct FirstSteps: Sendable {
  let session: TrackerSession
  let icons: IconSet

  private struct Step {
    let title: String
    let text: String
    let path: String
    let section: Section
  }

  private static let steps = [
    Step(
      title: "Add a traffic source", text: "Where you buy clicks, and what it calls its click id and cost.",
      path: "/admin/sources/new", section: .sources),
    Step(
      title: "Add an affiliate network", text: "Who pays for conversions. It gets the postback URL you find there.",
      path: "/admin/networks/new", section: .networks),
    Step(
      title: "Add an offer", text: "The advertiser's address and what a conversion pays.", path: "/admin/offers/new",
      section: .offers),
    Step(
      title: "Create a landing page", text: "The page before the offer: your HTML, or an address elsewhere.",
      path: "/admin/landings/new", section: .landings),
    Step(
      title: "Create a campaign", text: "Its tracking link goes into the source; its flows route the visitors.",
      path: "/admin/campaigns/new", section: .campaigns),
  ]

  var html: HTML {
    let items = Self.steps.map { step -> HTML in
      let isOpen = session.allows(.write(step.section))
      let title: HTML = isOpen ? "<a href=\"\(href: step.path)\">\(step.title)</a>" : .escaped(step.title)
      return "<li><div><h3>\(title)</h3><p>\(step.text)</p></div></li>"
    }
    return """
      <section class="card ty-first"><div class="card-body">\(icons(.campaigns))<h2>Your first campaign</h2>
      <p>Nothing has come in yet. Five steps lead to the first click:</p><ol class="ty-steps">\(items)</ol></div></section>
      """
  }
}
