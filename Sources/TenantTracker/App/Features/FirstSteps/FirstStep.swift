import Core

/// The way to a first campaign, as the documents tell it.
enum FirstStep: String, Sendable, CaseIterable {
  case source, network, offer, landing, campaign, flow, link, postback, click, conversion

  var title: String {
    switch self {
    case .source: "Add a traffic source"
    case .network: "Add an affiliate network"
    case .offer: "Add an offer"
    case .landing: "Create a landing page"
    case .campaign: "Create a campaign"
    case .flow: "Create a flow"
    case .link: "Get your tracking link"
    case .postback: "Configure the postback"
    case .click: "See the first click"
    case .conversion: "See the first conversion"
    }
  }

  var text: String {
    switch self {
    case .source: "Where you buy clicks. Choose the platform, and the form knows its macros."
    case .network: "Who pays for conversions. It gets the postback URL you find there."
    case .offer: "The advertiser's address and what a conversion pays."
    case .landing: "The page before the offer: your HTML, or an address elsewhere."
    case .campaign: "A name, the slug of its link, its source and offer."
    case .flow: "Which visitors see which landing page and offer. One of type Default takes everybody."
    case .link: "Paste it in the traffic source as the destination URL, with the source's macros."
    case .postback: "Set it in the network's account. The builder has the network's macros ready."
    case .click: "Open the tracking link yourself. Some seconds later the click is in the log."
    case .conversion: "When the network reports it, or when you open the postback URL with a click's id."
    }
  }

  /// What one must be allowed to change for it; nil for what is only waited for.
  var section: Section? {
    switch self {
    case .source: .sources
    case .network, .postback: .networks
    case .offer: .offers
    case .landing: .landings
    case .campaign, .link: .campaigns
    case .flow: .flows
    case .click, .conversion: nil
    }
  }
}

/// What of it is done, seen from what there is.
struct FirstStepsProgress: Sendable {
  /// The first campaign in use.
  struct Start: Sendable, Hashable {
    let id: Int64
    let slug: String
    let sourceID: Int64?
  }

  var done: Set<FirstStep> = []
  var campaign: Start? = nil

  var isComplete: Bool { done.count == FirstStep.allCases.count }
  /// Nothing is there yet, not even a click.
  var isUntouched: Bool { done.isEmpty }
  var next: FirstStep? { FirstStep.allCases.first { !done.contains($0) } }
}
