import Core
import Licensing
import Web

/// A licence's standing, and which plan has what.
struct LicenseView: Sendable {
  let standing: LicenseStanding
  let keyEnding: String?
  let users: Int
  let times: LocalTimes
  let icons: IconSet

  var warnings: HTML {
    standing.warnings.map { Parts.note(.warning, "<p>\($0.message)</p>", icons) }.joined()
  }

  var summary: HTML {
    let entitlements = standing.entitlements
    let limit = entitlements.userLimit
    let seats = "\(Figures.count(users)) of \(limit.map { Figures.count($0) } ?? "unlimited")"
    let meter: HTML =
      limit.map { limit in
        """
        <meter class="ty-meter" min="0" max="\(max(limit, 1))" value="\(min(users, limit))" aria-label="Seats taken"></meter>
        """
      } ?? .empty
    return Parts.card(
      "Your plan",
      """
      <p class="ty-plan">\(entitlements.planTitle)</p>
      \(Parts.facts([
        ("Status", Parts.status(standing.status)), ("Seats", "\(seats)\(meter)"),
        ("Key", keyEnding.map { "<code>…\($0)</code>" } ?? "None"), ("Licence ends", times(standing.expiresAt)),
        ("Renewed until", times(standing.leaseExpiresAt)), ("Rights stay until", times(standing.graceUntil)),
      ]))
      """)
  }

  /// Every feature with the plans that have it, this one's marked.
  var features: HTML {
    let rows = Feature.allCases.map { feature -> HTML in
      let cells = DocumentedPlan.allCases.map { plan -> HTML in
        "<td class=\"ty-tick\">\(mark(plan.features.contains(feature), "\(plan.title) has it"))</td>"
      }
      let state: HTML =
        standing.entitlements.includes(feature)
        ? Parts.badge("Included", .good) : "<span class=\"text-secondary\">Needs \(feature.plan.title)</span>"
      return "<tr><th scope=\"row\">\(feature.title)</th><td>\(state)</td>\(cells)</tr>"
    }
    let seats = DocumentedPlan.allCases.map { plan -> HTML in
      "<td class=\"ty-tick\">\(plan.userLimit.map { Figures.count($0) } ?? "Unlimited")</td>"
    }
    let yours = standing.entitlements.userLimit.map { Figures.count($0) } ?? "Unlimited"
    let seatRow: HTML = "<tr><th scope=\"row\">Users</th><td>\(yours)</td>\(seats)</tr>"
    let headings: [Parts.Heading] = ["Feature", "Yours"] + DocumentedPlan.allCases.map { Parts.Heading($0.title) }
    return Parts.flushCard("Features", Parts.bareTable(headings, [seatRow] + rows, caption: "Features by plan"))
  }

  private func mark(_ has: Bool, _ words: String) -> HTML {
    has ? "\(icons(.check, small: true))<span class=\"visually-hidden\">\(words)</span>" : Parts.dash
  }
}
