import Core
import Web

/// The steps to the first campaign with what of them is done, and the next one to take.
struct FirstSteps: Sendable {
  let progress: FirstStepsProgress
  /// The first campaign's tracking link.
  let link: String?
  let isPutAway: Bool
  let session: TrackerSession
  let icons: IconSet
  let csrf: HTML

  var html: HTML {
    if isPutAway { return form(show: true, "Show the first steps again") }
    let (count, total) = (progress.done.count, FirstStep.allCases.count)
    let lead =
      progress.isUntouched
      ? "Nothing has come in yet. Ten steps lead to the first conversion, in about a quarter of an hour."
      : "\(count) of \(total) steps are done."
    return """
      <section class="card ty-first" aria-labelledby="first-steps"><div class="card-body">\(icons(.campaigns))\
      <h2 id="first-steps">Your first campaign</h2><p>\(lead)</p>
      <progress class="ty-bar" max="\(total)" value="\(count)" aria-label="Steps done"></progress>
      <ol class="ty-steps">\(FirstStep.allCases.map(item))</ol>
      \(form(show: false, "Put away"))</div></section>
      """
  }

  private func item(_ step: FirstStep) -> HTML {
    let isDone = progress.done.contains(step)
    let state: HTML = isDone ? "<span class=\"visually-hidden\"> (done)</span>" : .empty
    return """
      <li\(if: isDone, " class=\"done\"")\(if: step == progress.next, " aria-current=\"step\"")><div>\
      <h3>\(title(step))\(state)</h3>\(if: !isDone, "<p>\(step.text)</p>" as HTML)\(extra(step))</div></li>
      """
  }

  private func title(_ step: FirstStep) -> HTML {
    guard let path = path(step) else { return .escaped(step.title) }
    return "<a href=\"\(href: path)\">\(step.title)</a>"
  }

  /// Where the step is taken; nil for who may not, and where there is nothing to do it with yet.
  private func path(_ step: FirstStep) -> String? {
    if let section = step.section, !session.allows(.write(section)) { return nil }
    switch step {
    case .source: return "/admin/sources/new"
    case .network: return "/admin/networks/new"
    case .offer: return "/admin/offers/new"
    case .landing: return "/admin/landings/new"
    case .campaign: return "/admin/campaigns/new"
    case .flow: return progress.campaign.map { "/admin/campaigns/\($0.id)/flows/new" }
    case .link: return progress.campaign.map { "/admin/campaigns/\($0.id)" }
    case .postback: return PostbackBuilderPages.path
    case .click: return session.allows(.read(.reports)) ? "/admin/clicks" : nil
    case .conversion: return session.allows(.read(.reports)) ? ConversionPages.path : nil
    }
  }

  /// The link itself, until somebody has come by it.
  private func extra(_ step: FirstStep) -> HTML {
    guard step == .link, let link, !progress.done.contains(.click) else { return .empty }
    return Parts.copyable("Tracking link", link, id: "first-link", icons)
  }

  private func form(show: Bool, _ label: String) -> HTML {
    """
    <form method="post" action="/admin/first-steps">\(csrf)<input type="hidden" name="show" value="\(show)">\
    <button class="btn btn-sm ty-quiet">\(label)</button></form>
    """
  }
}
