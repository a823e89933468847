// A small host at work in two windows of ten minutes, as text: a shop's web server before and after a release, its
// database, a build, a night job that was replaced. `=A/B` are the samples of a frame's own before and after.
//
// What the release did, for tests to find again (`RECORDED_CHANGES`): escapeHtml grew from 5 % to 15 % of all samples,
// parseLegacy is there only before, renderMarkdown only after.

/** Samples of one stack of one thread; frames from the outermost in. */
export interface RecordedStack {
  thread: RecordedThread;
  frames: RecordedFrame[];
  before: number;
  after: number;
}
export interface RecordedFrame {
  name: string;
  /** Path of the object. */
  object: string;
}
export interface RecordedThread {
  comm: string;
  pid: number;
  tid: number;
  name: string;
  user: string;
  uid: number;
  /** '' where it runs outside of any. */
  container: string;
  unit: string;
  /** How its samples lie in a window. */
  shape: string;
}

export const RECORDED_WORKLOAD = `
node pid=1200 user=app uid=1000 container=shop-web shape=waves
  _start @/usr/bin/node
    main @/usr/bin/node
      node::SpinEventLoop @/usr/bin/node =20/25
        uv_run @/usr/bin/node =180/215
          uv__io_poll @/usr/bin/node =140/160
            epoll_pwait @/usr/lib/libc.so.6 =60/60
              entry_SYSCALL_64 @[kernel.kallsyms] =30/30
                do_epoll_wait @[kernel.kallsyms] =90/100
                  ep_poll @[kernel.kallsyms] =120/130
          handleRequest @[jit 1200] =300/420
            renderTemplate @[jit 1200] =700/900
              escapeHtml @[jit 1200] =1000/3600
              parseLegacy @[jit 1200] =900/0
              renderMarkdown @[jit 1200] =0/1300
                tokenize @[jit 1200] =0/500
              Builtins_RegExpReplace @/usr/bin/node =640/660
            visitNode @[jit 1200] =100/110
              visitNode @[jit 1200] =150/160
                visitNode @[jit 1200] =250/270
            JSON.stringify @[jit 1200] =500/520
            query @[jit 1200] =260/280
              __GI___writev @/usr/lib/libc.so.6 =40/45
                entry_SYSCALL_64 @[kernel.kallsyms] =60/65
                  tcp_sendmsg @[kernel.kallsyms] =210/230
                    nf_hook_slow @[nf_tables] =150/170
          v8::internal::Heap::CollectGarbage @/usr/bin/node =900/1350
    [truncated] @[marker]
      v8::internal::compiler::PipelineImpl::OptimizeGraph @/usr/bin/node =200/200

node pid=1200 tid=1204 thread=libuv-worker user=app uid=1000 container=shop-web shape=waves
  start_thread @/usr/lib/libc.so.6
    worker @/usr/bin/node =50/50
      deflate @/usr/bin/node =950/900
        copy_from_user @[kernel.kallsyms] =200/150

postgres pid=800 user=postgres uid=105 unit=postgresql.service shape=ticks
  _start @/usr/lib/postgresql/bin/postgres
    main @/usr/lib/postgresql/bin/postgres
      PostgresMain @/usr/lib/postgresql/bin/postgres =120/130
        exec_simple_query @/usr/lib/postgresql/bin/postgres =80/90
          pg_plan_query @/usr/lib/postgresql/bin/postgres =400/380
          ExecSeqScan @/usr/lib/postgresql/bin/postgres =700/200
            heap_getnext @/usr/lib/postgresql/bin/postgres =1800/600
              __pread64 @/usr/lib/libc.so.6 =100/30
                entry_SYSCALL_64 @[kernel.kallsyms] =50/20
                  copy_page_to_iter @[kernel.kallsyms] =750/250
          ExecIndexScan @/usr/lib/postgresql/bin/postgres =200/800
            _bt_search @/usr/lib/postgresql/bin/postgres =300/1400
          ExecSort @/usr/lib/postgresql/bin/postgres =60/60
            qsort_tuple @/usr/lib/postgresql/bin/postgres =240/240
  [no user stack] @[marker]
    asm_exc_page_fault @[kernel.kallsyms] =20/20
      clear_page_erms @[kernel.kallsyms] =180/180

nginx pid=640 user=www-data uid=33 container=shop-edge shape=waves
  main @/usr/sbin/nginx
    ngx_worker_process_cycle @/usr/sbin/nginx =30/60
      ngx_http_process_request @/usr/sbin/nginx =320/590
        SSL_write @/usr/lib/libssl.so.3 =100/170
          aes_gcm_encrypt @/usr/lib/libcrypto.so.3 =550/1000
        __GI___writev @/usr/lib/libc.so.6 =20/40
          entry_SYSCALL_64 @[kernel.kallsyms] =30/60
            tcp_sendmsg @[kernel.kallsyms] =100/180

cc1plus pid=4100 user=build uid=1001 shape=bursts
  _start @/usr/lib/gcc/cc1plus
    main @/usr/lib/gcc/cc1plus =50/40
      c_parse_file @/usr/lib/gcc/cc1plus =350/280
        cp_parser_declaration @/usr/lib/gcc/cc1plus =500/400
          instantiate_class_template @/usr/lib/gcc/cc1plus =900/700
            operator<< <char> @/usr/lib/gcc/cc1plus =150/120
      execute_pass_list @/usr/lib/gcc/cc1plus =650/500
        ggc_collect @/usr/lib/gcc/cc1plus =400/360

python3 pid=2300 user=root uid=0 shape=steady
  [unknown] @[marker] =120/120
    _PyEval_EvalFrameDefault @/usr/bin/python3 =480/500
      [libvendor.so] @/opt/vendor/libvendor.so =300/310
        [libvendor.so] @/opt/vendor/libvendor.so =100/100

backup pid=3100 user=root uid=0 unit=backup.service shape=ramp
  main @/usr/local/bin/backup =100/0
    compress_block @/usr/local/bin/backup =700/0

restic pid=3200 user=root uid=0 unit=restic.service shape=ramp
  main @/usr/local/bin/restic =0/150
    chunker_next @/usr/local/bin/restic =0/600

kworker/0:1 pid=31 user=root uid=0 shape=steady
  ret_from_fork @[kernel.kallsyms]
    worker_thread @[kernel.kallsyms] =60/60
      process_one_work @[kernel.kallsyms] =290/260
        blk_mq_run_work_fn @[kernel.kallsyms] =500/400
`;

const HEADING = /^(\S+) (pid=.*)$/;
const FRAME = /^( +)(.+?) @(\[[^\]]*\]|\S+)(?: =(\d+)\/(\d+))?$/;

export function parseRecordedWorkload(text: string): RecordedStack[] {
  const stacks: RecordedStack[] = [];
  const path: RecordedFrame[] = [];
  let thread: RecordedThread | undefined;
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    const heading = HEADING.exec(line);
    const frame = FRAME.exec(line);
    if (heading !== null) {
      thread = threadOf(heading[1]!, heading[2]!);
    } else if (frame !== null && thread !== undefined) {
      const [, indent = '', name = '', object = '', before, after] = frame;
      path.length = indent.length / 2 - 1;
      path.push({ name, object });
      if (before === undefined) continue;
      stacks.push({ thread, frames: [...path], before: Number(before), after: Number(after) });
    } else {
      throw new Error(`neither a process nor a frame: ${line}`);
    }
  }
  return stacks;
}

function threadOf(comm: string, fields: string): RecordedThread {
  const field = new Map(fields.split(' ').map((each) => each.split('=') as [string, string]));
  const pid = Number(field.get('pid'));
  return {
    comm,
    pid,
    tid: Number(field.get('tid') ?? pid),
    name: field.get('thread') ?? comm,
    user: field.get('user') ?? '',
    uid: Number(field.get('uid')),
    container: field.get('container') ?? '',
    unit: field.get('unit') ?? '',
    shape: field.get('shape') ?? '',
  };
}
