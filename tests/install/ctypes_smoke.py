"""Calls libtasks as a foreign function interface does: ctypes_smoke.py LIBRARY"""
import ctypes
import sys
from ctypes import (CDLL, POINTER, Structure, byref, c_char_p, c_double, c_int32, c_int64, c_uint32, c_void_p,
                    sizeof)


class Options(Structure):
    _fields_ = [("struct_size", c_uint32), ("pool_size", c_uint32), ("uri", c_char_p), ("timeout_ms", c_uint32),
                ("migrate", c_int32), ("tombstone_ms", c_int64), ("now_ms", c_void_p), ("now_context", c_void_p)]


class Patch(Structure):
    _fields_ = [("struct_size", c_uint32), ("set", c_uint32), ("title", c_char_p), ("notes", c_char_p),
                ("uid", c_char_p), ("tags", POINTER(c_char_p)), ("tag_count", c_uint32), ("priority", c_int32),
                ("completed", c_int32), ("reserved", c_int32), ("order", c_double), ("due_at_ms", c_int64),
                ("expires_at_ms", c_int64)]


class Text(Structure):
    _fields_ = [("length", ctypes.c_uint64), ("bytes", c_char_p)]


SET_TITLE, SET_PRIORITY = 1 << 0, 1 << 3


def done(status):
    assert status == 0, f"status {status}"


def main():
    lib = CDLL(sys.argv[1])
    lib.tasks_version.restype = c_char_p
    assert lib.tasks_version().count(b".") == 2

    db, task, page, text = c_void_p(), c_void_p(), c_void_p(), POINTER(Text)()
    done(lib.tasks_open(byref(Options(struct_size=sizeof(Options), uri=b"sqlite::memory:")), byref(db), None))
    patch = Patch(struct_size=sizeof(Patch), set=SET_TITLE | SET_PRIORITY, title=b"Buy milk", priority=3)
    done(lib.tasks_create(db, byref(patch), byref(task), None))
    done(lib.tasks_list(db, None, byref(page), None))
    assert lib.tasks_page_count(page) == 1
    done(lib.tasks_page_json(page, None, byref(text), None))
    json = text.contents.bytes
    assert b'"Buy milk"' in json and b'"priority":3' in json, json

    lib.tasks_text_free(text)
    lib.tasks_page_free(page)
    lib.tasks_task_free(task)
    lib.tasks_close(db)


main()
