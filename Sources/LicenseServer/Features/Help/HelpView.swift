import Web

/// All topics of a manual with a table of contents.
struct HelpView: Sendable {
  let manual: HelpManual
  /// The paths that the reader may go to.
  let open: Set<String>

  var html: HTML {
    """
    <div class="ty-manual"><p class="ty-lead">What each page is for, what surprises people there, and where to go on. \
    The question mark beside a page's title leads to its section. Press <kbd>?</kbd> anywhere for the keyboard shortcuts.</p>
    <nav class="card" aria-label="Topics"><div class="card-body"><ul class="ty-plain ty-manual-contents">\
    \(manual.topics.map(link))</ul></div></nav>
    \(manual.topics.map(section))</div>
    """
  }

  private func link(_ topic: HelpTopic) -> HTML { "<li><a href=\"#\(topic.id)\">\(topic.title)</a></li>" }

  private func section(_ topic: HelpTopic) -> HTML {
    let surprises = topic.surprises.map { "<li>\($0)</li>" as HTML }
    let link: HTML = """
      <a class="btn btn-sm" href="\(href: topic.path)">Open<span class="visually-hidden"> \(topic.title)</span></a>
      """
    return """
      <section class="card ty-manual-topic" id="\(topic.id)" aria-labelledby="\(topic.id)-title">\
      <div class="card-header"><h2 class="card-title" id="\(topic.id)-title">\(topic.title)</h2>\
      <div class="ty-actions">\(if: open.contains(topic.path), link)</div></div>\
      <div class="card-body"><p>\(topic.purpose)</p><h3>Good to know</h3><ul class="ty-manual-points">\(surprises)</ul>\
      <h3>Where to go next</h3><dl class="ty-manual-words">\(topic.ways.map(way))</dl></div></section>
      """
  }

  private func way(_ way: HelpTopic.Way) -> HTML {
    let title = manual.topic(about: way.path)?.title ?? way.path
    let name: HTML = open.contains(way.path) ? "<a href=\"\(href: way.path)\">\(title)</a>" : "\(title)"
    return "<div><dt>\(name)</dt><dd>\(way.reason)</dd></div>"
  }
}
