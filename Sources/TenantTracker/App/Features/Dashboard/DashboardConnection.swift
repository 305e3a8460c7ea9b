import Web

/// A tab whose figures come from somebody else's API: what there is to connect with, and what is missing.
struct DashboardConnection: Sendable {
  let tab: DashboardTab
  /// The networks or sources that it would be connected through.
  let partners: [NameStore.Name]
  let session: TrackerSession
  let icons: IconSet

  private var isNetwork: Bool { tab == .everflow }
  private var noun: String { isNetwork ? "affiliate network" : "traffic source" }
  private var path: String { isNetwork ? "/admin/networks" : "/admin/sources" }
  private var section: Section { isNetwork ? .networks : .sources }

  private var figures: String {
    isNetwork
      ? "Clicks, conversions, revenue, payout and ROI as Everflow counts them"
      : "Impressions, clicks, CTR and cost as Kadam counts them"
  }

  var html: HTML {
    """
    <section class="card ty-first"><div class="card-body">\(icons(isNetwork ? .networks : .sources))\
    <h2>\(tab.title) is not connected</h2>
    <p>\(figures) belong here. Two things are needed for that:</p>
    <ol class="ty-steps">
    <li\(if: !partners.isEmpty, " class=\"done\"")><div><h3>\(partner)</h3><p>\(partnerText)</p></div></li>
    <li><div><h3>Its API key</h3><p>It is kept with the \(noun), where the rest of it is edited. This version of \
    Trackily does not call \(tab.title)’s API yet, so there is no field for a key there.</p></div></li>
    </ol>
    <p>Until then your own figures are complete without it: \
    <a href="\(href: DashboardPages.path)">the Trackily tab</a> counts every click of your links\
    \(isNetwork ? " and every conversion that is reported to your postback URL" : " with the cost that the link carries").\
    </p></div></section>
    """
  }

  private var partner: HTML {
    guard !partners.isEmpty else {
      return session.allows(.write(section))
        ? "<a href=\"\(path)/new\">Add \(tab.title) as \(isNetwork ? "an" : "a") \(noun)</a>"
        : "Add \(tab.title) as \(isNetwork ? "an" : "a") \(noun)"
    }
    let links = partners.map { partner -> HTML in
      session.allows(.read(section)) ? "<a href=\"\(path)/\(partner.id)\">\(partner.name)</a>" : .escaped(partner.name)
    }
    return links.joined(separator: ", ")
  }

  private var partnerText: String {
    partners.isEmpty
      ? "There is none with that name yet."
      : "This is the \(noun) that figures would be fetched for."
  }
}
