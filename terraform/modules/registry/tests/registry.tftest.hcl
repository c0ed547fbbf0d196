mock_provider "aws" {}

variables {
  name = "tasks"
}

run "a_tag_is_written_once" {
  command = plan

  assert {
    condition     = aws_ecr_repository.this.image_tag_mutability == "IMMUTABLE"
    error_message = "a tag could be moved to another image"
  }
  assert {
    condition     = aws_ecr_repository.this.image_scanning_configuration[0].scan_on_push
    error_message = "images are not scanned"
  }
}

run "each_build_has_two_names" {
  command = plan
  variables {
    keep_builds = 5
  }

  assert {
    condition     = jsondecode(aws_ecr_lifecycle_policy.this.policy).rules[1].selection.countNumber == 10
    error_message = "five builds have ten names"
  }
}

run "something_to_go_back_to_is_kept" {
  command = plan
  variables {
    keep_builds = 1
  }
  expect_failures = [var.keep_builds]
}
