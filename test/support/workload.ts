// A small host at work, as text: a Node server, a database, a compiler, an idle agent. 10,000 samples.
export const WORKLOAD = `
node:
  _start @/usr/bin/node
    __libc_start_main @/usr/lib/x86_64-linux-gnu/libc.so.6
      node::Start @/usr/bin/node
        uv_run @/usr/bin/node
          uv__io_poll @/usr/bin/node =40
            node::HTTPParser::OnStreamRead @/usr/bin/node =60
              llhttp__internal_execute @/usr/bin/node =310
              v8::internal::Execution::Call @/usr/bin/node
                processTicksAndRejections @[jit] =45
                  handleRequest @[jit] =120
                    renderTemplate @[jit] =390
                      escapeHtml @[jit] =620
                      v8::internal::String::Flatten @/usr/bin/node =210
                      Builtins_RegExpReplace @/usr/bin/node =330
                    JSON.stringify @[jit] =80
                      v8::internal::JsonStringifier::Serialize @/usr/bin/node =540
                        v8::internal::IncrementalStringBuilder::Extend @/usr/bin/node =90
                          __memmove_avx_unaligned_erms @/usr/lib/x86_64-linux-gnu/libc.so.6 =160
                    query @[jit] =70
                      Socket.write @[jit] =35
                        uv__try_write @/usr/bin/node =20
                          __GI___writev @/usr/lib/x86_64-linux-gnu/libc.so.6 =15
                            entry_SYSCALL_64 @[kernel.kallsyms] =25
                              do_writev @[kernel.kallsyms] =10
                                vfs_writev @[kernel.kallsyms] =15
                                  sock_write_iter @[kernel.kallsyms] =10
                                    tcp_sendmsg @[kernel.kallsyms] =55
                                      tcp_push @[kernel.kallsyms] =20
                                        __tcp_transmit_skb @[kernel.kallsyms] =75
                                          nf_hook_slow @[nf_tables] =45
                                          __local_bh_enable_ip @[kernel.kallsyms] =30
                                      copy_from_iter @[kernel.kallsyms] =95
                v8::internal::Heap::CollectGarbage @/usr/bin/node =70
                  v8::internal::Scavenger::Process @/usr/bin/node =410
                    v8::internal::Scavenger::ScavengePage @/usr/bin/node =160
            epoll_wait @/usr/lib/x86_64-linux-gnu/libc.so.6 =10
              do_epoll_wait @[kernel.kallsyms] =45
                ep_poll @[kernel.kallsyms] =60
    [truncated] @[marker]
      v8::internal::compiler::PipelineImpl::OptimizeGraph @/usr/bin/node =190
postgres:
  _start @/usr/lib/postgresql/15/bin/postgres
    main @/usr/lib/postgresql/15/bin/postgres
      PostmasterMain @/usr/lib/postgresql/15/bin/postgres
        PostgresMain @/usr/lib/postgresql/15/bin/postgres =30
          exec_simple_query @/usr/lib/postgresql/15/bin/postgres =25
            PortalRun @/usr/lib/postgresql/15/bin/postgres =15
              ExecHashJoin @/usr/lib/postgresql/15/bin/postgres =480
                ExecScanHashBucket @/usr/lib/postgresql/15/bin/postgres =390
                heap_getnext @/usr/lib/postgresql/15/bin/postgres =210
                  ReadBufferExtended @/usr/lib/postgresql/15/bin/postgres =95
                    __pread64 @/usr/lib/x86_64-linux-gnu/libc.so.6 =10
                      entry_SYSCALL_64 @[kernel.kallsyms] =15
                        ext4_file_read_iter @[kernel.kallsyms] =25
                          filemap_read @[kernel.kallsyms] =120
                            copy_page_to_iter @[kernel.kallsyms] =210
              ExecSort @/usr/lib/postgresql/15/bin/postgres =35
                qsort_tuple @/usr/lib/postgresql/15/bin/postgres =260
                  strcoll_l @/usr/lib/x86_64-linux-gnu/libc.so.6 =190
            pg_plan_query @/usr/lib/postgresql/15/bin/postgres =165
cc1plus:
  _start @/usr/lib/gcc/cc1plus
    main @/usr/lib/gcc/cc1plus
      toplev::main @/usr/lib/gcc/cc1plus
        c_parse_file @/usr/lib/gcc/cc1plus =30
          cp_parser_declaration @/usr/lib/gcc/cc1plus =240
            cp_parser_template_id @/usr/lib/gcc/cc1plus =290
              instantiate_class_template @/usr/lib/gcc/cc1plus =350
                tsubst_decl @/usr/lib/gcc/cc1plus =280
        symbol_table::compile @/usr/lib/gcc/cc1plus =20
          execute_pass_list @/usr/lib/gcc/cc1plus =50
            (anonymous namespace)::pass_pre::execute @/usr/lib/gcc/cc1plus =220
            (anonymous namespace)::pass_ira::execute @/usr/lib/gcc/cc1plus =310
            ggc_collect @/usr/lib/gcc/cc1plus =180
      [no user stack] @[marker] =30
  asm_exc_page_fault @[kernel.kallsyms] =25
    handle_mm_fault @[kernel.kallsyms] =70
      clear_page_erms @[kernel.kallsyms] =265
python3:
  [unknown] @[marker] =120
    _PyEval_EvalFrameDefault @/usr/bin/python3.11 =210
      sre_search @/usr/bin/python3.11 =480
kworker/0:1:
  ret_from_fork @[kernel.kallsyms]
    worker_thread @[kernel.kallsyms] =20
      process_one_work @[kernel.kallsyms] =15
        blk_mq_run_work_fn @[kernel.kallsyms] =60
`;
