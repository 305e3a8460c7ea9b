import Core

extension ClickPipeline {
  /// A local landing for one visitor: its call-outs filled in, its links leading on, and, where it is protected, packed.
  func page(
    _ page: PageTemplate, for hit: Hit, _ context: MacroContext, in place: Snapshot.Place, firesPixels: Bool
  ) -> TrackingAnswer {
    let pixels = firesPixels ? hit.campaign.ways.retargeting?.markup : nil
    let html = page.render(
      PageVisit(
        facts: context.facts, click: context.click,
        offerURL: callToAction(hit, context, isAbsolute: page.needsAbsoluteLinks), pixels: pixels ?? []))
    guard hit.landing?.isProtected == true else { return .page(html, isSandboxed: place.servesDashboard) }
    let document = ProtectedPage.wrap(
      html, doctype: page.doctype, click: context.click, signs: hit.request.spySigns.filter { !$0.isStrong })
    return .page(document, isSandboxed: place.servesDashboard)
  }
}
