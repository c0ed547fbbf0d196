# tasks_embed(TARGET NAME FILE): makes NAME.h with `static const char NAME[]`, the NUL-terminated text of
# FILE, and lets TARGET include it. Run as a script (cmake -P) it writes that header.
if(CMAKE_SCRIPT_MODE_FILE)
    file(READ ${FROM} hex HEX)
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
    string(REGEX REPLACE "(................................................................................)" "\\1\n" bytes "${bytes}")
    file(WRITE ${TO} "static const char ${NAME}[] = {\n${bytes}0};\n")
    return()
endif()

set(TASKS_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})
function(tasks_embed target name file)
    set(header ${CMAKE_CURRENT_BINARY_DIR}/embedded/${name}.h)
    set(source ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    add_custom_command(OUTPUT ${header}
        COMMAND ${CMAKE_COMMAND} -DFROM=${source} -DTO=${header} -DNAME=${name} -P ${TASKS_EMBED_SCRIPT}
        DEPENDS ${source} ${TASKS_EMBED_SCRIPT} VERBATIM)
    target_sources(${target} PRIVATE ${header})
    target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/embedded)
endfunction()
