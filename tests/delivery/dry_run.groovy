// Runs a declarative Jenkinsfile without Jenkins and prints the order of what it would do: stages, sh, credentials.
//   groovy dry_run.groovy JENKINSFILE [PARAMETER=VALUE...] [fail=COMMAND-PREFIX]
class Run {
    Map params = [ROLLBACK_TO: '', REPOSITORY: 'docker.io/example/tasksd']
    Map env = [BUILD_NUMBER: '43']
    String failing
    boolean failed = false
    Map post = [:]
    Script script

    // A function of the Jenkinsfile itself.
    def methodMissing(String name, args) { script.invokeMethod(name, args) }
    def propertyMissing(String name) { name == 'any' || name == 'scm' ? name : null }

    def within(Closure body) {
        body.delegate = this
        body.resolveStrategy = Closure.DELEGATE_FIRST
        body()
    }
    def pipeline(Closure body) {
        try { within(body) } catch (AssertionError e) { failed = true; println "failed: ${e.message}" }
        if (post.always) within(post.always)
        println failed ? 'result: FAILURE' : 'result: SUCCESS'
    }
    def options(Closure body) { }
    def triggers(Closure body) { }
    def parameters(Closure body) { }
    def environment(Closure body) { }
    def post(Closure body) { within(body) }
    def always(Closure body) { post.always = body }
    def agent(what) { }
    def stages(Closure body) {
        // The post block comes after the stages in the file, but has to be known when one of them fails.
        try { within(body) } catch (AssertionError e) { failed = true; println "failed: ${e.message}" }
    }
    def stage(String name, Closure body) {
        def stage = new Stage(run: this, name: name)
        body.delegate = stage
        body.resolveStrategy = Closure.DELEGATE_FIRST
        body()
        if (!stage.wanted) return
        println "stage: $name"
        stage.given?.call()
        within(stage.body)
    }
    def script(Closure body) { within(body) }
    def sh(command) {
        println "sh: $command"
        if (failing && command.toString().startsWith(failing)) throw new AssertionError(command)
    }
    def input(Map what) { println "input: ${what.message}" }
    def checkout(what) { println 'checkout' }
    def usernamePassword(Map what) { what.credentialsId }
    def withCredentials(List ids, Closure body) { println "credentials: ${ids.join(',')}"; within(body) }
}

// What is set in a stage, where only credentials are of interest.
class Variables {
    void setProperty(String name, value) { }
    def credentials(String id) { println "credentials: $id" }
}

class Stage {
    Run run
    String name
    boolean wanted = true
    Closure body, given
    def when(Closure condition) {
        condition.delegate = this
        condition.resolveStrategy = Closure.DELEGATE_FIRST
        condition()
    }
    def expression(Closure test) {
        test.delegate = run
        test.resolveStrategy = Closure.DELEGATE_FIRST
        wanted = test()
    }
    def environment(Closure body) {
        body.delegate = new Variables()
        body.resolveStrategy = Closure.DELEGATE_FIRST
        given = body
    }
    def steps(Closure body) { this.body = body }
}

def run = new Run()
args.drop(1).each { word ->
    def (name, value) = word.split('=', 2)
    if (name == 'fail') run.failing = value else run.params[name] = value
}
def names = [env: run.env, params: run.params, pipeline: run.&pipeline, sh: run.&sh]
run.script = new GroovyShell(this.class.classLoader, new Binding(names)).parse(new File(args[0]))
run.script.run()
